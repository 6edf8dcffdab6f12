"""The ledger of requests (依申请公开台账): its definition, its entries, terms of answer, counts."""
