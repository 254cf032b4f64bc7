"""The closed words of the starter model: what a prompt may say, which pieces there are, which tokens stand for them.

Everything else in this folder takes its lists from here. To add a topic (or audience, …): add it here and in
prompts/starter/words.toml, write frames for it in every language, train again. Nothing here reads a file.
"""

from dataclasses import dataclass

LANGUAGES = ("en", "de", "fr", "es", "it")
KEYS = {
    "topic": (
        "security", "cost", "time", "growth", "compliance", "sustainability", "service", "quality",
        "people", "safety", "insight", "delivery",
    ),
    "audience": ("it", "finance", "operations", "executive", "small_business", "general"),
    "objective": ("awareness", "leads", "event", "upsell"),
    "tone": ("professional", "friendly", "bold"),
}


@dataclass(frozen=True)
class Piece:
    """What a file of frames holds: its shape, its length in characters as expanded, which names may stand in it."""

    shape: str
    least: int
    most: int
    product: bool = True
    partner: bool = False


# One file of frames each; CORPUS.md says where each stands.
PIECES = {
    "subject": Piece("line", 16, 50),
    "subject_talk": Piece("line", 16, 50),
    "subject_remind": Piece("line", 16, 50),
    "subject_recap": Piece("line", 16, 50),
    "headline": Piece("line", 16, 62),
    "short_headline": Piece("line", 10, 34, product=False),
    "product_line": Piece("line", 12, 34),
    "question": Piece("line", 10, 34, product=False),
    "for_whom": Piece("line", 8, 30, product=False),
    "heading": Piece("line", 8, 44),
    "screen": Piece("line", 8, 38, product=False),
    "wb_title": Piece("line", 16, 62),
    "cta": Piece("label", 4, 28, partner=True),
    "cta_talk": Piece("label", 4, 28, product=False),
    "cta_register": Piece("label", 4, 28, product=False),
    "lead": Piece("lead", 6, 78),
    "preheader": Piece("sentence", 30, 98),
    "description": Piece("sentences", 50, 142),
    "wb_description": Piece("sentences", 50, 142),
    "opening": Piece("sentences", 50, 258, partner=True),
    "intro": Piece("sentences", 70, 258, partner=True),
    "bridge": Piece("sentences", 20, 140),
    "meaning": Piece("sentences", 40, 240, partner=True),
    "recap": Piece("sentences", 50, 215),
    "closing": Piece("sentences", 40, 228, partner=True),
    "offer": Piece("sentences", 60, 228, partner=True),
    "li_hook": Piece("sentences", 30, 198),
    "li_bridge": Piece("sentences", 20, 148),
    "li_closing": Piece("sentences", 30, 208, partner=True),
    "x_hook": Piece("sentences", 24, 116),
    "x_closing": Piece("sentences", 12, 68, partner=True),
    "meta_hook": Piece("sentences", 30, 118),
    "meta_closing": Piece("sentences", 20, 108, partner=True),
    "wb_invite": Piece("sentences", 50, 255, partner=True),
    "wb_register": Piece("sentences", 40, 195, partner=True),
    "wb_remind": Piece("sentences", 40, 175, partner=True),
    "wb_sum_up": Piece("sentences", 40, 215, partner=True),
    "video_hook": Piece("sentences", 25, 255, product=False),
    "video_problem": Piece("sentences", 40, 255, product=False),
    "video_message": Piece("sentences", 20, 215),
    "video_proof": Piece("sentences", 15, 155),
    "video_call": Piece("sentences", 25, 225),
}

PRODUCT = "{{product.name}}"
PARTNER = "{{partner.display_name}}"

# How many of each kind a prompt may offer.
MESSAGES, CLAIMS, PASSAGES = 6, 8, 4
# Lengths in characters that a prompt names; a piece is told the nearest below its most and above its least.
SIZES = (8, 12, 16, 20, 24, 28, 32, 36, 42, 50, 58, 68, 80, 95, 110, 130, 150, 175, 205, 240, 280)
# The slots of a text are `a`, `b`, …, whatever their names.
SLOTS = "abcdefghijkl"


def numbered_references():
    """The references that a prompt offers by number, in the order of their kinds."""
    counts = {"message": MESSAGES, "claim": CLAIMS, "passage": PASSAGES}
    return [f"{{{{{kind}.{n}}}}}" for kind, most in counts.items() for n in range(1, most + 1)]


PAD, END, DRAFT, SAID = "<|pad|>", "<|end|>", "<|draft|>", "<|said|>"
PARAGRAPH, BULLETED, NAMES_PRODUCT, NAMES_PARTNER = "<|paragraph|>", "<|bullet|>", "<|product|>", "<|partner|>"


def special_tokens():
    """Tokens that are never text, in the order of their ids."""
    tokens = [PAD, END, DRAFT, SAID, PARAGRAPH, BULLETED, NAMES_PRODUCT, NAMES_PARTNER]
    tokens += [f"<|lang:{value}|>" for value in LANGUAGES]
    for key, values in KEYS.items():
        tokens += [f"<|{key}:{value}|>" for value in values]
    tokens += [f"<|slot:{slot}|>" for slot in SLOTS]
    tokens += [f"<|piece:{piece}|>" for piece in PIECES]
    tokens += [f"<|least:{size}|>" for size in SIZES]
    tokens += [f"<|most:{size}|>" for size in SIZES]
    return tokens


# A paragraph break and a bullet as JSON escapes them. One token each, or the `n` of the escape would grow onto the
# word that follows it ("nThis") and every word would need a second token.
BREAK, BULLET = r"\n\n", r"\n- "


def text_tokens():
    """Added tokens that are ordinary text: their bytes are part of the draft."""
    return [PRODUCT, PARTNER, *numbered_references(), BREAK, BULLET]
