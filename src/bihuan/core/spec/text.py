"""A sentence in both languages: Chinese first, English second, neither ever missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; `zh` and `en` may hold `{placeholders}` filled by `format`."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError(f"a text needs both languages: {self!r}")

    def __str__(self) -> str:
        return self.zh

    def in_language(self, language: str) -> str:
        """Return the text for a language code (`zh-hans`, `en`); anything but English reads Chinese."""
        return self.en if language.startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        """Return the text with its placeholders filled, in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))
