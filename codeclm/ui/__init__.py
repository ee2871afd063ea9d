"""What pages share: opening a page, sidebar, safe text, tables, the run panel. Knows no SQL."""
