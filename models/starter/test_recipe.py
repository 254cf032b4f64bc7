"""Tests of the recipe: `python -m unittest discover -s models/starter`. They need PyTorch, not a trained model."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import corpus  # noqa: E402
import expand  # noqa: E402
import export  # noqa: E402
import tokenizer  # noqa: E402
from model import Shape, Starter, rotated  # noqa: E402


class TheTokenizer(unittest.TestCase):
    def test_a_tokenizer_gives_every_draft_back(self):
        writer, drafts = expand.Writer(corpus.load(HERE / "corpus")[0], 1), []
        for plan in expand.plans(600, 3):
            try:
                drafts.append(writer.fill(plan))
            except expand.Exhausted:
                continue
        trained = tokenizer.train(drafts)
        self.assertEqual(trained.get_vocab_size(), tokenizer.VOCABULARY)
        tokenizer.verify(trained, drafts)


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
