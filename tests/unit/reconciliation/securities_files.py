"""Statements of securities, written from the field tables and schemas: no file was at hand."""

MT535 = """{1:F01CACEFRPPAXXX0000000000}{2:I535DENOFRPPXXXXN}{4:
:16R:GENL
:28E:1/ONLY
:13A::STAT//042
:20C::SEME//HOLD20261120
:23G:NEWM
:98A::STAT//20261120
:22F::STTY//CUST
:97A::SAFE//12345678
:17B::ACTI//Y
:16S:GENL
:16R:SUBSAFE
:16R:FIN
:35B:ISIN FR0000131104
BNP PARIBAS
:93B::AGGR//UNIT/1000,
:93B::AVAI//UNIT/900,
:19A::HOLD//EUR56780,50
:16S:FIN
:16R:FIN
:35B:ISIN FR0000120271
:93B::AGGR//UNIT/N50,
:16S:FIN
:16S:SUBSAFE
-}
"""
MT536 = """{1:F01CACEFRPPAXXX0000000000}{2:I536DENOFRPPXXXXN}{4:
:16R:GENL
:28E:1/ONLY
:20C::SEME//MOVE20261120
:23G:NEWM
:69A::STAT//20261119/20261120
:97A::SAFE//12345678
:17B::ACTI//Y
:16S:GENL
:16R:FIN
:35B:ISIN FR0000131104
BNP PARIBAS
:93B::FIOP//UNIT/900,
:93B::FICL//UNIT/970,
:16R:TRAN
:16R:LINK
:20C::RELA//T000000001
:16S:LINK
:16R:LINK
:20C::ASRF//CACE77
:16S:LINK
:16R:TRANSDET
:36B::PSTA//UNIT/100,
:19A::PSTA//NEUR1000,
:22F::TRAN//SETT
:22H::REDE//RECE
:22H::PAYM//APMT
:98A::TRAD//20261118
:98A::ESET//20261120
:16S:TRANSDET
:16S:TRAN
:16R:TRAN
:16R:LINK
:20C::RELA//NONREF
:16S:LINK
:16R:TRANSDET
:36B::PSTA//UNIT/30,
:22H::REDE//DELI
:22H::PAYM//FREE
:98A::ESET//20261120
:16S:TRANSDET
:16S:TRAN
:16S:FIN
-}
"""
SEMT002 = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:semt.002.001.11"><SctiesBalCtdyRpt>
<Pgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></Pgntn>
<StmtGnlDtls><StmtId>HOLD1</StmtId><StmtDtTm><Dt>2026-11-20</Dt></StmtDtTm>
<Frqcy><Cd>DAIL</Cd></Frqcy><UpdTp><Cd>COMP</Cd></UpdTp><StmtBsis><Cd>SETT</Cd></StmtBsis>
<ActvtyInd>true</ActvtyInd><SubAcctInd>false</SubAcctInd></StmtGnlDtls>
<SfkpgAcct><Id>12345678</Id></SfkpgAcct>
<BalForAcct><FinInstrmId><ISIN>FR0000131104</ISIN><Desc>BNP PARIBAS</Desc></FinInstrmId>
<AggtBal><ShrtLngInd>LONG</ShrtLngInd><Qty><Qty><Qty><Unit>1000</Unit></Qty></Qty></Qty></AggtBal>
<AvlblBal><ShrtLngInd>LONG</ShrtLngInd><Qty><Qty><Unit>900</Unit></Qty></Qty></AvlblBal>
<AcctBaseCcyAmts><HldgVal><Amt Ccy="EUR">56780.50</Amt><Sgn>true</Sgn></HldgVal></AcctBaseCcyAmts>
</BalForAcct>
<BalForAcct><FinInstrmId><ISIN>FR0000120271</ISIN></FinInstrmId>
<AggtBal><ShrtLngInd>SHOR</ShrtLngInd><Qty><Qty><Qty><Unit>50</Unit></Qty></Qty></Qty></AggtBal>
</BalForAcct>
</SctiesBalCtdyRpt></Document>"""
SEMT017 = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:semt.017.001.12"><SctiesTxPstngRpt>
<Pgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></Pgntn>
<StmtGnlDtls><StmtId>MOVE1</StmtId><StmtPrd><FrDtToDt><FrDt>2026-11-19</FrDt>
<ToDt>2026-11-20</ToDt></FrDtToDt></StmtPrd></StmtGnlDtls>
<SfkpgAcct><Id>12345678</Id></SfkpgAcct>
<FinInstrmDtls><FinInstrmId><ISIN>FR0000131104</ISIN></FinInstrmId>
<OpngBal><ShrtLngInd>LONG</ShrtLngInd><OpngBal><Fnl><Qty><Unit>900</Unit></Qty></Fnl></OpngBal></OpngBal>
<ClsgBal><ShrtLngInd>LONG</ShrtLngInd><ClsgBal><Fnl><Qty><Unit>970</Unit></Qty></Fnl></ClsgBal></ClsgBal>
<Tx><AcctOwnrTxId>T000000001</AcctOwnrTxId><AcctSvcrTxId>CACE77</AcctSvcrTxId><TxDtls>
<SctiesMvmntTp>RECE</SctiesMvmntTp><Pmt>APMT</Pmt>
<PstngQty><Qty><Unit>100</Unit></Qty></PstngQty>
<PstngAmt><Amt Ccy="EUR">1000.00</Amt><CdtDbt>DBIT</CdtDbt></PstngAmt>
<TradDt><Dt><Dt>2026-11-18</Dt></Dt></TradDt><FctvSttlmDt><Dt>2026-11-20</Dt></FctvSttlmDt>
</TxDtls></Tx>
<Tx><AcctSvcrTxId>CACE78</AcctSvcrTxId><TxDtls>
<SctiesMvmntTp>DELI</SctiesMvmntTp><Pmt>FREE</Pmt>
<PstngQty><Qty><Unit>30</Unit></Qty></PstngQty>
<FctvSttlmDt><DtTm>2026-11-20T18:00:00Z</DtTm></FctvSttlmDt></TxDtls></Tx>
</FinInstrmDtls></SctiesTxPstngRpt></Document>"""
