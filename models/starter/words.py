"""The closed words of the starter model: what a prompt may say, which pieces there are, which tokens stand for them.

Everything else in this folder takes its lists from here. To add a topic (or audience, …): add it here, write frames
for it in both languages, train again. Nothing here reads a file.
"""

LANGUAGES = ("en", "de")
ASSET_TYPES = ("email", "linkedin_post", "x_post")
KEYS = {
    "topic": ("security", "cost", "time", "growth", "compliance", "sustainability", "service", "quality"),
    "audience": ("it", "finance", "operations", "executive", "small_business", "general"),
    "objective": ("awareness", "leads", "event", "upsell"),
    "tone": ("professional", "friendly", "bold"),
}

# piece → (shape, least and most characters as expanded; None where CORPUS.md sets no limit)
PIECES = {
    "subject": ("line", 20, 48),
    "preheader": ("sentence", 45, 95),
    "headline": ("line", 20, 60),
    "opening": ("sentences", None, None),
    "bridge": ("sentences", None, None),
    "lead": ("lead", None, None),
    "closing": ("sentences", None, None),
    "cta": ("label", None, None),
    "li_hook": ("sentences", None, None),
    "li_bridge": ("sentences", None, None),
    "li_closing": ("sentences", None, None),
    "x_hook": ("sentences", 30, 110),
    "x_closing": ("sentences", 15, 60),
}

PRODUCT = "{{product.name}}"
PARTNER = "{{partner.display_name}}"
PARTNER_PIECES = ("opening", "closing", "li_closing", "x_closing", "cta")

# How many of each kind a prompt may offer.
MESSAGES, CLAIMS, PASSAGES = 6, 8, 4


def numbered_references():
    """The references that a prompt offers by number, in the order of their kinds."""
    counts = {"message": MESSAGES, "claim": CLAIMS, "passage": PASSAGES}
    return [f"{{{{{kind}.{n}}}}}" for kind, most in counts.items() for n in range(1, most + 1)]


PAD, END, DRAFT, REFS, PHRASE = "<|pad|>", "<|end|>", "<|draft|>", "<|refs|>", "<|phrase|>"


def special_tokens():
    """Tokens that are never text, in the order of their ids."""
    tokens = [PAD, END, REFS, PHRASE, DRAFT]
    tokens += [f"<|lang:{value}|>" for value in LANGUAGES]
    tokens += [f"<|type:{value}|>" for value in ASSET_TYPES]
    for key, values in KEYS.items():
        tokens += [f"<|{key}:{value}|>" for value in values]
    return tokens


# A paragraph break and a bullet as JSON escapes them. One token each, or the `n` of the escape would grow onto the
# word that follows it ("nThis") and every word would need a second token.
BREAK, BULLET = r"\n\n", r"\n- "


def text_tokens():
    """Added tokens that are ordinary text: their bytes are part of the draft."""
    return [PRODUCT, PARTNER, *numbered_references(), BREAK, BULLET]
