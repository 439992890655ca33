"""The few words a book itself says, in the language of the book where they are known."""

from __future__ import annotations

_CONTENTS = {
    "de": "Inhalt", "fr": "Table des matières", "es": "Índice", "it": "Indice", "nl": "Inhoud",
    "pt": "Índice", "pl": "Spis treści", "ru": "Содержание", "sv": "Innehåll",
    "ar": "المحتويات", "cs": "Obsah", "da": "Indhold", "el": "Περιεχόμενα", "fi": "Sisällys",
    "he": "תוכן העניינים", "hu": "Tartalom", "ja": "目次", "ko": "차례", "nb": "Innhold",
    "no": "Innhold", "tr": "İçindekiler", "uk": "Зміст", "zh": "目录",
}  # fmt: skip
_NOTE = {
    "de": "Anmerkung des Autors", "fr": "Note de l’auteur", "es": "Nota del autor",
    "it": "Nota dell’autore", "nl": "Nawoord van de auteur", "pt": "Nota do autor",
    "pl": "Od autora", "ru": "От автора", "sv": "Författarens anmärkning",
}  # fmt: skip
_COVER = {
    "de": "Umschlag", "fr": "Couverture", "es": "Cubierta", "it": "Copertina", "nl": "Omslag",
    "pt": "Capa", "pl": "Okładka", "ru": "Обложка", "sv": "Omslag",
}  # fmt: skip


def contents(language: str) -> str:
    return _CONTENTS.get(language.partition("-")[0].lower(), "Contents")


def authors_note(language: str) -> str:
    return _NOTE.get(language.partition("-")[0].lower(), "Author’s note")


def cover_of(title: str, language: str) -> str:
    return f"{_COVER.get(language.partition('-')[0].lower(), 'Cover')}: {title}"
