"""Tests of the recipe: `python -m unittest discover -s models/starter`. They need the corpus, not a trained model."""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import check  # noqa: E402
import corpus  # noqa: E402
import expand  # noqa: E402
import export  # noqa: E402
import tokenizer  # noqa: E402
from model import Shape, Starter, rotated  # noqa: E402
from words import PHRASE  # noqa: E402

SECTION = "## topic=* audience=* objective=* tone=*\n"


def problems(text, piece="opening"):
    """What check says of a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{piece}.txt"
        path.write_text(text, encoding="utf-8")
        frames, found = corpus.load_file(path, "en", piece)
        return [str(p.line) + " " + p.reason for p in found + [q for q in map(check.frame_problem, frames) if q]]


class TheCorpus(unittest.TestCase):
    def test_a_good_frame_passes(self):
        self.assertEqual(problems(SECTION + "Work [with {{product.name}}|] can be calm.\n"), [])

    def test_each_mistake_is_named_with_its_line(self):
        for frame, reason in [
            ("Nested [a [b|c]|d] choice.", "nest"),
            ("One [single] choice.", "no choice"),
            ("A figure of 30.", "may not stand"),
            ("Ask the {{product.name}} now.", "bare name"),
            ("no capital here.", "capital"),
            ("No mark at the end", "sentences"),
            ("A space ,before a mark.", "space"),
        ]:
            found = problems(SECTION + frame + "\n")
            self.assertEqual(len(found), 1, frame)
            self.assertTrue(found[0].startswith("2 ") and reason in found[0], found)

    def test_a_header_with_an_unknown_value_is_refused(self):
        self.assertIn("unknown topic", problems("## topic=gardens audience=* objective=* tone=*\nAll is well.\n")[0])

    def test_the_shipped_corpus_is_clean(self):
        self.assertEqual([str(p) for p in check.problems_of(HERE / "corpus")[1]], [])


class Drafts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.frames, _ = corpus.load(HERE / "corpus")
        writer = expand.Writer(cls.frames, 1)
        cls.drafts = [writer.draft() for _ in range(400)]

    def test_the_same_seed_gives_the_same_drafts(self):
        writer = expand.Writer(self.frames, 1)
        self.assertEqual([writer.draft() for _ in range(50)], self.drafts[:50])

    def test_every_offered_reference_stands_once_and_phrases_are_bullets(self):
        for draft in self.drafts:
            offered = re.findall(r"\{\{\w+\.\d\}\}", draft["prompt"])
            text = "\n".join(json.loads(draft["completion"]).values())
            self.assertEqual(sorted(offered), sorted(re.findall(r"\{\{\w+\.\d\}\}", text)))
            phrases = [name for name in offered if name + PHRASE in draft["prompt"]]
            self.assertEqual(phrases, re.findall(r"\n- (\{\{\w+\.\d\}\})", text))

    def test_no_wording_comes_twice(self):
        for draft in self.drafts:
            text = re.sub(r"\{\{\w+\.\d\}\}", "", " ".join(json.loads(draft["completion"]).values()))
            sentences = [part.strip() for part in re.split(r"(?<=[.!?:])\s", text) if part.strip()]
            self.assertEqual(len(sentences), len(set(sentences)), sentences)

    def test_a_prompt_has_no_spaces_or_line_breaks(self):
        for draft in self.drafts:
            self.assertRegex(draft["prompt"], r"^<\|lang:\w\w\|>\S*<\|draft\|>$")

    def test_a_tokenizer_gives_every_draft_back(self):
        trained = tokenizer.train(self.drafts)
        self.assertEqual(trained.get_vocab_size(), tokenizer.VOCABULARY)
        tokenizer.verify(trained, self.drafts)


class TheModel(unittest.TestCase):
    def test_a_cache_changes_nothing(self):
        torch.manual_seed(1)
        model = Starter(Shape(vocab=64, layers=2)).eval()
        ids = torch.randint(0, 64, (1, 12))
        whole, caches = model(ids), [{} for _ in model.layers]
        parts = [model(ids[:, :7], caches, 0)]
        parts += [model(ids[:, at : at + 1], caches, at) for at in range(7, 12)]
        torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-4, atol=1e-5)

    def test_rows_of_q_and_k_come_back_from_the_order_of_gguf(self):
        weight = np.random.default_rng(1).normal(size=(128, 8))
        np.testing.assert_array_equal(export.halved(export.interleaved(weight, 2), 2), weight)
        # The pair (0, 32) that halves rotate together stands side by side.
        np.testing.assert_array_equal(export.interleaved(weight, 2)[1], weight[32])

    def test_turning_neighbours_after_the_export_is_turning_halves_before_it(self):
        torch.manual_seed(1)
        model, x = Starter(Shape(vocab=64, layers=1)), torch.randn(6, 256)
        scores = []
        for reorder in (lambda weight, heads: weight, export.interleaved):
            turned = []
            for weight, heads in ((model.layers[0].self_attn.q_proj.weight, 4), (model.layers[0].self_attn.k_proj.weight, 2)):
                y = (x @ reorder(weight.detach(), heads).T).view(6, heads, 64).transpose(0, 1)
                if reorder is export.interleaved:
                    pairs = torch.view_as_complex(y.reshape(heads, 6, 32, 2).contiguous())
                    turn = torch.polar(torch.ones(6, 32), torch.outer(torch.arange(6.0), 10000 ** (-torch.arange(32) / 32)))
                    turned.append(torch.view_as_real(pairs * turn).reshape(heads, 6, 64))
                else:
                    turned.append(rotated(y, model.cos[:6], model.sin[:6]))
            scores.append(turned[0] @ turned[1].repeat_interleave(2, 0).mT)
        torch.testing.assert_close(scores[0], scores[1], rtol=1e-4, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
