"""Where a webhook may lead: judged without asking anybody."""
