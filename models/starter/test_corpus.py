"""Tests of the corpus and its expansion: `python3 -m unittest discover -s models/starter -p test_corpus.py`. They need the
product's program (see branding.py) and nothing but Python.
"""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check  # noqa: E402
import corpus  # noqa: E402
import expand  # noqa: E402
from words import LANGUAGES, PARTNER, PIECES, PRODUCT  # noqa: E402

SECTION = "## topic=* audience=* objective=* tone=*\n"


def problems(text, piece="wb_sum_up"):
    """What check says of a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{piece}.txt"
        path.write_text(text, encoding="utf-8")
        frames, found = corpus.load_file(path, "en", piece)
        return [str(p.line) + " " + p.reason for p in found + [q for q in map(check.frame_problem, frames) if q]]


class TheCorpus(unittest.TestCase):
    def test_a_good_frame_passes(self):
        self.assertEqual(problems(SECTION + "Work [with {{product.name}}|] can be calm, on most of the days of a year.\n"), [])

    def test_each_mistake_is_named_with_its_line(self):
        for frame, reason in [
            ("Nested [a [b|c]|d] choice, as long as it has to be here.", "nest"),
            ("One [single] choice, as long as it has to be here.", "no choice"),
            ("A figure of 30, as long as it has to be here.", "may not stand"),
            ("Ask the {{product.name}} now, as long as it has to be here.", "bare name"),
            ("no capital here, as long as it has to be here.", "capital"),
            ("No mark at the end of what is long enough for it", "sentences"),
            ("A space ,before a mark, as long as it has to be here.", "space"),
        ]:
            found = problems(SECTION + frame + "\n")
            self.assertEqual(len(found), 1, frame)
            self.assertTrue(found[0].startswith("2 ") and reason in found[0], found)

    def test_a_header_with_an_unknown_value_is_refused(self):
        self.assertIn("unknown topic", problems("## topic=gardens audience=* objective=* tone=*\nAll is well.\n")[0])

    def test_what_is_no_text_is_named_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "opening.txt"
            path.write_bytes(SECTION.encode() + b"All is \xff well.\n")
            self.assertEqual([str(p) for p in corpus.load_file(path, "en", "opening")[1]], [f"{path}:2: is not UTF-8"])

    def test_a_missing_file_and_a_strange_one_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "en").mkdir()
            (Path(folder) / "en" / "poem.txt").write_text("Roses.\n")
            found = [str(p) for p in corpus.load(folder, ["en"])[1]]
            self.assertEqual(len(found), len(PIECES) + 1)
            self.assertIn("poem.txt:0: is no known piece", found[-1])

    def test_a_name_fits_whatever_its_first_letter_and_gender_are(self):
        for lang, text in [
            ("fr", "Le temps de {{product.name}} est là."),
            ("fr", "Avec l’{{product.name}} tout va."),
            ("es", "Usted y {{product.name}} hoy."),
            ("it", "La forza del {{product.name}} qui."),
            ("de", "Zeit für das {{product.name}} jetzt."),
        ]:
            frame = corpus.Frame(lang, "x_hook", Path("x"), 1, (None,) * 4, ((text,),))
            self.assertIsNotNone(check.references(frame, text), text)
        frame = corpus.Frame("it", "x_hook", Path("x"), 1, (None,) * 4, (("",),))
        self.assertIsNone(check.references(frame, "Qualche domanda su {{product.name}}."))

    def test_another_language_is_seen(self):
        frame = corpus.Frame("es", "x_hook", Path("x"), 1, (None,) * 4, (("",),))
        self.assertEqual(check.language(frame, "What is it that you want with your time?"), "reads as en")



class Drafts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.frames, _ = corpus.load(HERE / "corpus")
        cls.plans = list(expand.plans(400, 3))
        cls.drafts = cls.filled(cls.frames, cls.plans)

    @staticmethod
    def filled(frames, plans):
        writer, drafts = expand.Writer(frames, 1), []
        for plan in plans:
            try:
                drafts.append((plan, writer.fill(plan)))
            except expand.Exhausted:
                drafts.append((plan, None))
        return drafts

    def test_nearly_every_plan_can_be_filled_in_every_language(self):
        for lang in LANGUAGES:
            own = [draft for plan, draft in self.drafts if plan["lang"] == lang]
            self.assertGreater(sum(draft is not None for draft in own), 0.9 * len(own), lang)

    def test_the_same_seed_gives_the_same_drafts(self):
        self.assertEqual(self.filled(self.frames, self.plans[:50]), self.drafts[:50])

    def test_pieces_are_as_long_as_asked_and_name_what_they_should(self):
        for plan, draft in self.drafts:
            slots = json.loads(draft["completion"]) if draft else {}
            for slot in plan["slots"] if draft else []:
                pieces = [element for paragraph in slot["paragraphs"] for element in paragraph if "piece" in element]
                text = slots[slot["key"]]
                self.assertEqual(text.count(PRODUCT), sum(piece["names_product"] for piece in pieces), text)
                self.assertEqual(text.count(PARTNER), sum(piece["names_partner"] for piece in pieces), text)
                if len(slot["paragraphs"]) == 1 and len(slot["paragraphs"][0]) == 1 and pieces:
                    self.assertTrue(pieces[0]["least"] <= len(text) <= pieces[0]["most"], text)

    def test_references_stand_where_the_plan_puts_them(self):
        for plan, draft in self.drafts:
            if draft:
                told = re.findall(r"\{\{\w+\.\d+\}\}", plan["prompt"])
                self.assertEqual(told, re.findall(r"\{\{\w+\.\d+\}\}", draft["completion"]))

    def test_no_sentence_comes_twice(self):
        for _, draft in self.drafts:
            text = " ".join(json.loads(draft["completion"]).values()) if draft else ""
            sentences = [part for part in re.findall(r"[^.!?{}]{12,}[.!?]", text)]
            self.assertEqual(len(sentences), len(set(sentences)), sentences)

    def test_french_keeps_a_mark_on_the_line_of_its_word(self):
        self.assertEqual(expand.typeset("fr", "Vraiment ? Oui : oui."), "Vraiment\u00a0? Oui\u00a0: oui.")
        self.assertEqual(expand.typeset("de", "Nein – doch."), "Nein – doch.")


if __name__ == "__main__":
    unittest.main()
