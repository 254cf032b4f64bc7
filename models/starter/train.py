"""Trains the model on expanded drafts; a killed run goes on where its last checkpoint was.

The rate follows the share of the run that is done: of `--minutes` of training time (summed over restarts) or, for a
run that can be repeated exactly, of `--steps`. What is kept is the moving average of the weights, which reads well
before the rate has come down. Loss is taken on the draft alone, never on the prompt.
"""

import hashlib
import math
import os
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import copying
from model import Shape, Starter
from muon import Muon
from tokenizer import read
from words import END, PAD, numbered_references

PEAK, FLOOR, WARMUP_STEPS = 3e-3, 0.02, 60
BATCH_TOKENS = 3072
AVERAGE = 0.99
DROPOUT = 0.0
# The decoder's grammar puts references where they belong: they need no training, but what comes after them does.
REFERENCE_WEIGHT = 0.5
CHECKPOINT_EACH, MEASURE_EACH = 120.0, 200  # seconds, steps
IGNORED = -100


def fingerprint(work, tokenizer_path):
    """Of what a checkpoint was trained on."""
    digest = hashlib.sha256(tokenizer_path.read_bytes())
    digest.update((work / "train.jsonl").read_bytes())
    return digest.hexdigest()


def encode(tokenizer, drafts):
    """Each draft as (ids, length of the prompt)."""
    end = tokenizer.token_to_id(END)
    prompts = tokenizer.encode_batch([draft["prompt"] for draft in drafts])
    texts = tokenizer.encode_batch([draft["completion"] for draft in drafts])
    return [(p.ids + t.ids + [end], len(p.ids)) for p, t in zip(prompts, texts)]


def batches(examples, generator):
    """One epoch: batches of similar lengths, in random order."""
    order = torch.randperm(len(examples), generator=generator).tolist()
    groups = []
    for at in range(0, len(order), 1024):
        group, longest = [], 0
        for index in sorted(order[at : at + 1024], key=lambda i: len(examples[i][0])):
            longest = max(longest, len(examples[index][0]))
            if longest * (len(group) + 1) > BATCH_TOKENS:
                groups.append(group)
                group, longest = [], len(examples[index][0])
            group.append(index)
        groups.append(group)
    for at in torch.randperm(len(groups), generator=generator).tolist():
        yield [examples[index] for index in groups[at]]


def tensors(batch, pad):
    """Inputs and targets [batch, length]; targets of prompt and padding are ignored."""
    longest = max(len(ids) for ids, _ in batch)
    inputs = torch.full((len(batch), longest - 1), pad)
    targets = torch.full((len(batch), longest - 1), IGNORED)
    for row, (ids, prompt) in enumerate(batch):
        inputs[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, prompt - 1 : len(ids) - 1] = torch.tensor(ids[prompt:])
    return inputs, targets


def loss_of(model, inputs, targets, weights=None):
    """Mean loss on the drafts (of weighted tokens, where weights are given), with its logits and targets."""
    chosen = targets != IGNORED
    logits = model.logits(model(inputs)[chosen])
    targets = targets[chosen]
    return F.cross_entropy(logits, targets, weights), logits, targets


def reference_ids(tokenizer):
    return torch.tensor([tokenizer.token_to_id(token) for token in numbered_references()])


@torch.no_grad()
def measure(model, examples, tokenizer):
    """Loss on held-out drafts, and how often the likeliest token is right where a reference of the brief stands."""
    model.eval()
    pad = tokenizer.token_to_id(PAD)
    references = reference_ids(tokenizer)
    total, tokens, right, asked = 0.0, 0, 0, 0
    for batch in batches(examples, torch.Generator().manual_seed(0)):
        loss, logits, targets = loss_of(model, *tensors(batch, pad))
        total, tokens = total + loss.item() * len(targets), tokens + len(targets)
        wanted = torch.isin(targets, references)
        right += (logits[wanted].argmax(-1) == targets[wanted]).sum().item()
        asked += wanted.sum().item()
    model.train()
    return total / tokens, right / max(asked, 1)


def rate(step, share):
    """Cosine from PEAK to a floor over the run, after a short warm-up."""
    return PEAK * min(1.0, (step + 1) / WARMUP_STEPS) * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))


def save(path, state):
    """Writes a checkpoint whole or not at all."""
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def optimizers_of(model):
    """Muon for the matrices of the layers, AdamW for the embeddings and the norms."""
    matrices = [weight for weight in model.layers.parameters() if weight.dim() == 2]
    norms = [weight for weight in model.parameters() if weight.dim() != 2]
    embeddings = [{"params": [model.embed_tokens.weight], "weight_decay": 0.1}, {"params": norms, "weight_decay": 0.0}]
    return [Muon(matrices, PEAK), torch.optim.AdamW(embeddings, lr=PEAK, betas=(0.9, 0.95), fused=True)]


def run(work, tokenizer_path, seed, minutes, steps=None, fresh=False, begin=None, say=print):
    """Trains until the time or the steps are spent; leaves `work`/checkpoint.pt and `work`/loss.csv. `begin` is a GGUF file of
    this shape and tokenizer whose weights a new run begins with."""
    os.nice(10)
    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count() or 1)
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    mark = fingerprint(work, tokenizer_path)
    checkpoint, curve = work / "checkpoint.pt", work / "loss.csv"
    examples, held_out = (encode(tokenizer, read(work / f"{name}.jsonl")) for name in ("train", "held_out"))
    shape = Shape(vocab=tokenizer.get_vocab_size())
    too_long = sum(len(ids) > shape.context for ids, _ in examples)
    if too_long:
        raise ValueError(f"{too_long} drafts are longer than the context of {shape.context} tokens")
    model = Starter(shape, DROPOUT)
    copying.prepare(model)
    weights = torch.ones(shape.vocab)
    weights[reference_ids(tokenizer)] = REFERENCE_WEIGHT
    average = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    optimizers = optimizers_of(model)
    step, spent, tokens, epoch, skip = 0, 0.0, 0, 0, 0
    if checkpoint.exists() and not fresh:
        state = torch.load(checkpoint, weights_only=True)
        if state["fingerprint"] != mark:
            raise ValueError(f"{checkpoint} was trained on other drafts; start anew with --fresh")
        model.load_state_dict(state["model"])
        for optimizer, kept in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        average = state["average"]
        step, spent, tokens, epoch, skip = (state[key] for key in ("step", "spent", "tokens", "epoch", "done"))
        torch.set_rng_state(state["random"])
        say(f"goes on at step {step} after {spent / 60:.1f} minutes")
    else:
        if begin:
            from export import read_gguf

            weights_of = read_gguf(begin, shape, average)
            model.load_state_dict(weights_of)
            average = {name: weight.detach().clone() for name, weight in weights_of.items()}
            say(f"begins with {begin}")
        curve.write_text("step,minutes,tokens,rate,train_loss,held_out_loss,reference_accuracy\n")
    pad, done, recent, saved = tokenizer.token_to_id(PAD), skip, [], time.monotonic()
    judge = Starter(shape)

    def keep():
        save(
            checkpoint,
            {
                "fingerprint": mark, "shape": shape.as_dict(), "model": model.state_dict(), "average": average,
                "optimizers": [optimizer.state_dict() for optimizer in optimizers], "random": torch.get_rng_state(), "step": step, "spent": spent,
                "tokens": tokens, "epoch": epoch, "done": done, "seed": seed,
            },
        )

    def over():
        return step >= steps if steps else spent >= minutes * 60

    while not over():
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        for number, batch in enumerate(batches(examples, generator)):
            if number < skip:
                continue
            began = time.monotonic()
            share = step / steps if steps else spent / (minutes * 60)
            for group in (group for optimizer in optimizers for group in optimizer.param_groups):
                group["lr"] = rate(step, share)
            inputs, targets = tensors(batch, pad)
            loss, _, _ = loss_of(model, inputs, targets, weights)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            step, done = step + 1, number + 1
            tokens += sum(len(ids) for ids, _ in batch)
            recent.append(loss.item())
            decay = min(AVERAGE, step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.values()), list(model.parameters()), 1 - decay)
            spent += time.monotonic() - began
            if step % MEASURE_EACH == 0 or over():
                judge.load_state_dict(average)
                held, accuracy = measure(judge, held_out[:200], tokenizer)
                trained = sum(recent) / len(recent)
                row = f"{step},{spent / 60:.2f},{tokens},{rate(step, share):.2e},{trained:.4f},{held:.4f},{accuracy:.4f}"
                with open(curve, "a", encoding="utf-8") as out:
                    out.write(row + "\n")
                say(f"step {step}  {spent / 60:.1f} min  {tokens / spent:.0f} tokens/s  loss {trained:.3f}  held out {held:.3f}  references {accuracy:.1%}")
                recent = []
            if time.monotonic() - saved > CHECKPOINT_EACH:
                keep()
                saved = time.monotonic()
            if over():
                break
        else:
            epoch, skip, done = epoch + 1, 0, 0
    keep()
    say(f"trained {step} steps on {tokens} tokens in {spent / 60:.1f} minutes")
