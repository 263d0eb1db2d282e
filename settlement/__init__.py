"""After the trade is validated: confirmations with the counterparty."""
