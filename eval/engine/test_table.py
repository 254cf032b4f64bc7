"""python3 -m unittest discover eval/engine"""

import unittest

import rival_kit
import table


def result(figures, busy=0.0, peak=100):
    return {"figures": figures, "seconds": 1.0, "peak_bytes": peak * table.MEBIBYTE, "others_busy": busy}


def kit(wall, failures=()):
    figures = {"wall_seconds": wall, "drafts_per_second": 1.0, "written_tokens": 10, "failures": list(failures)}
    return result(figures)


class Rows(unittest.TestCase):
    def test_runs_of_all_rounds_are_pooled_and_held_against_the_reach(self):
        runs = {
            "ours": [result({"decode 1": [10.0, 12.0]}), result({"decode 1": [11.0]})],
            "theirs": [result({"decode 1": [10.0]}, peak=200), result({"decode 1": [10.0]}, busy=0.02)],
        }
        speed, memory = table.rows("decode", "q4_k", runs, 50 * table.MEBIBYTE)
        self.assertEqual(speed["ours"], {"median": 11.0, "low": 10.0, "high": 12.0, "runs": 3})
        self.assertAlmostEqual(speed["ratio"], 1.1)
        self.assertTrue(speed["reached"])
        self.assertEqual(speed["others_busy"], 0.02)
        self.assertEqual((memory["ratio"], memory["file_mebibytes"]), (0.5, 50))

    def test_a_busy_machine_is_not_judged(self):
        runs = {"ours": [result({"prefill": [2.0]})], "theirs": [result({"prefill": [1.0]}, busy=0.3)]}
        row = table.rows("prefill", "q4_k", runs, 1)[0]
        self.assertEqual((row["ratio"], row["reached"], row["others_busy"]), (2.0, None, 0.3))

    def test_a_kit_is_held_against_the_time_and_failed_drafts_are_a_failure(self):
        runs = {"ours": [kit(6.0)], "theirs": [kit(10.0)]}
        wall = table.rows("kit", "q4_k", runs, 1)[0]
        self.assertEqual((wall["ratio"], wall["reached"]), (0.6, False))
        runs = {"ours": [kit(4.0, ["draft 1: stuck"])], "theirs": [kit(10.0)]}
        failed = [row for row in table.rows("kit", "q4_k", runs, 1) if "failed" in row]
        self.assertIn("draft 1: stuck", failed[0]["failed"])

    def test_a_rival_that_fails_is_told_and_leaves_no_ratio(self):
        runs = {"ours": [result({"prefill": [1.0]})], "theirs": [{"failed": "ended with 1: a | b"}]}
        rows = table.rows("prefill", "q8_0", runs, 1)
        self.assertEqual([row["failed"] for row in rows], ["theirs: ended with 1: a | b"])
        whole = {"machine": {"cpu": "x", "features": []}, "threads": 2, "versions": {"ours": "1", "theirs": "2"},
                 "shape": "tiny", "rows": rows}  # fmt: skip
        self.assertIn("failed: theirs: ended with 1: a \\| b", table.markdown(whole))


class Answers(unittest.TestCase):
    job = {"fields": [{"name": "subject", "least": 2, "most": 3}, {"name": "body", "least": 1, "most": 3}]}

    def test_an_answer_has_every_field_in_order_and_in_bounds(self):
        self.assertTrue(rival_kit.is_answer(self.job, '{ "subject": "ab",\n "body": "c"}'))
        for wrong in [
            '{"subject":"ab"}',
            '{"body":"c","subject":"ab"}',
            '{"subject":"abcd","body":"c"}',
            '{"subject":"ab","body":7}',
            '{"subject":"ab',
            '["ab", "c"]',
        ]:
            self.assertFalse(rival_kit.is_answer(self.job, wrong), wrong)


if __name__ == "__main__":
    unittest.main()
