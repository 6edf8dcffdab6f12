"""The workbook of a ledger (依申请公开台账): entry sheets, and sheets computed from them by live formulas."""
