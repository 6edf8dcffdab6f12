"""Check the text of a report: figures it claims, figures it quotes, unfinished passages."""
