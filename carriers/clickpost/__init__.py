"""Japan Post クリックポスト: its CSV of labels."""
