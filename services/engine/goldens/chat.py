"""Prompts from our own chat templates, as transformers renders them in its Jinja environment."""

import json
from datetime import datetime
from pathlib import Path

import jinja2
import transformers
from transformers.utils import chat_template_utils

HERE = Path(__file__).parent / "chat"
PATH = HERE / "rendered.json"
BEGIN, END = "<|begin|>", "<|stop|>"

CHATS = {
    "plain": [("system", "Be brief.\nAnd kind."), ("user", " What is new?  ")],
    "without-system": [("user", "Grüße, żółw 😀 {{ 1 }} {% x %}")],
    "long": [
        ("system", "Rules /fast"), ("user", "One"), ("assistant", "<think>\nhm\n</think>\n\nFirst."), ("user", "Two"),
        ("assistant", "Second."), ("user", "Three\n"),
    ],
    "answered": [("user", "One"), ("assistant", "<think>\nwell\n</think>\n\nDone.\n")],
    "bare": [("system", "Only this. /bare /slow"), ("user", "Hm")],
    "out-of-order": [("system", "x"), ("assistant", "I first"), ("user", "No")],
    "replies": [("user", "<reply>no question</reply>"), ("tool", "1"), ("tool", "2"), ("user", "<reply>x</reply>")],
}


class Clock:
    """The day that `src/chat.rs` knows."""

    @staticmethod
    def now():
        return datetime(2026, 1, 1, 12)


def render(template, chat):
    messages = [{"role": role, "content": content} for role, content in CHATS[chat]]
    try:
        rendered, _ = chat_template_utils.render_jinja_template(
            conversations=[messages], chat_template=template, add_generation_prompt=True, bos_token=BEGIN,
            eos_token=END, enable_thinking=False,
        )
        return {"prompt": rendered[0]}
    except jinja2.exceptions.TemplateError as error:
        return {"error": error.message}


def run(check):
    chat_template_utils.datetime = Clock
    cases = []
    for path in sorted(HERE.glob("*.jinja")):
        cases += [{"file": path.name, "chat": chat} | render(path.read_text(), chat) for chat in CHATS]
    for template in json.loads((HERE / "snippets.json").read_text()):
        cases.append({"template": template, "chat": "plain"} | render(template, "plain"))
    made = {
        "transformers": transformers.__version__, "begin": BEGIN, "end": END,
        "chats": {name: [{"role": role, "content": content} for role, content in chat] for name, chat in CHATS.items()},
        "cases": cases,
    }
    if not check:
        PATH.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        return []
    committed = json.loads(PATH.read_text())
    if committed["chats"] != made["chats"] or len(committed["cases"]) != len(made["cases"]):
        return [f"{PATH.name}: the chats or templates are others"]
    return [f"{PATH.name}: {now.get('file') or now['template'][:60]!r} with {now['chat']} differs"
            for was, now in zip(committed["cases"], made["cases"]) if was != now]
