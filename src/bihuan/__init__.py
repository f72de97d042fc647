"""Bihuan (闭环): every matter closed, on time, with proof."""
