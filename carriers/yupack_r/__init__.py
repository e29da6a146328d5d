"""Japan Post ゆうパックプリントR: its CSV of the shipping history."""
