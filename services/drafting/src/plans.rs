//! Plans for training a small model: prompts as drafting renders them, of invented briefs, with the layout that each asks for.
//! What a recipe fills them with, the model learns to write (models/starter).

use countersign_domain::content::Bound;
use countersign_domain::wording::Form;
use countersign_render::{KNOWN_PIECES, Template, Templates};
use serde::Serialize;

use crate::outline::{Length, MOST_SLOTS, letter};
use crate::prompt::{PromptError, Prompts};
use crate::share::share;
use crate::skeleton::{Element, Skeleton, SlotPlan, lay_out};
use crate::sources::{Source, Sources};
use crate::tune::Tuning;

/// A prompt and what is asked for in it.
#[derive(Debug, Serialize)]
pub struct Plan {
    pub lang: String,
    #[serde(flatten)]
    pub tuning: Tuning,
    pub prompt: String,
    /// For each slot, the prompt for it alone, in the light of the others: what they say stands after `<|said|>`.
    pub one: Vec<String>,
    pub slots: Vec<SlotAsked>,
}

#[derive(Debug, Serialize)]
pub struct SlotAsked {
    pub key: String,
    pub paragraphs: Vec<Vec<Asked>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Asked {
    Piece {
        piece: String,
        /// In characters as written, references included.
        least: usize,
        most: usize,
        names_product: bool,
        names_partner: bool,
    },
    Reference {
        reference: String,
    },
    Bullets {
        bullets: Vec<String>,
    },
}

/// Stands in a prompt where what other slots say will stand.
const SAID: &str = "\u{1}";

/// One plan after the other, without end; the same seed gives the same plans.
#[derive(Debug)]
pub struct Plans<'a> {
    templates: Vec<&'a Template>,
    prompts: &'a Prompts,
    draws: Draws,
}

impl<'a> Plans<'a> {
    /// Plans of every text of `templates`, for the starter's prompts.
    #[must_use]
    pub fn new(templates: &'a Templates, prompts: &'a Prompts, seed: u64) -> Self {
        // What is asked for most is learned best.
        let often = |template: &Template| if template.name == "email" { 3 } else { 1 };
        let templates = templates.iter().flat_map(|template| std::iter::repeat_n(template, often(template))).collect();
        Self { templates, prompts, draws: Draws(seed) }
    }

    /// The next plan.
    ///
    /// # Errors
    /// The prompt cannot be rendered.
    pub fn next_plan(&mut self) -> Result<Plan, PromptError> {
        loop {
            let template = self.templates[self.draws.below(self.templates.len())];
            let text = match template.texts.len() {
                0 => None,
                count => Some(template.texts[self.draws.below(count)].name.as_str()),
            };
            let at = template.texts.iter().position(|own| Some(own.name.as_str()) == text).unwrap_or(0);
            let languages = &self.prompts.settings().languages;
            let language = languages[self.draws.below(languages.len())].clone();
            let sources = share(&self.sources(), at, template.texts.len());
            let mut run = lay_out(template, text, &sources, &language, 1);
            self.prompts.name(&mut run, &sources.product.text, self.draws.next());
            run.slots.truncate(MOST_SLOTS);
            self.prompts.key(&mut run.slots);
            if run.slots.is_empty() {
                continue;
            }
            let tuning = self.prompts.any_tuning(|of| self.draws.below(of));
            let prompt = self.prompts.starter_prompt(&language, &tuning, &run, "")?;
            let one = (run.slots.iter())
                .map(|slot| {
                    let mut slots = vec![slot.clone()];
                    self.prompts.key(&mut slots);
                    let alone = Skeleton { slots, left_out: Vec::new() };
                    self.prompts.starter_prompt(&language, &tuning, &alone, SAID).map(|text| text.replace(SAID, ""))
                })
                .collect::<Result<_, _>>()?;
            let slots = run.slots.iter().enumerate().map(|(at, slot)| asked(at, slot)).collect();
            return Ok(Plan { lang: language, tuning, prompt, one, slots });
        }
    }

    /// What an invented brief gives.
    fn sources(&mut self) -> Sources {
        let product = "N".repeat(4 + self.draws.below(17));
        let (said, points) = (self.draws.of(&[1, 5, 5, 2]), self.draws.of(&[9, 2, 2, 1]));
        let (claimed, benefits) = (self.draws.of(&[3, 5, 4, 2]), self.draws.of(&[9, 1, 2, 2, 1]));
        let quoted = self.draws.of(&[6, 1, 1]);
        Sources {
            product: Bound { reference: "product.name".into(), source: "product:brief".into(), text: product },
            messages: self.list("message", said, points),
            claims: self.list("claim", claimed, benefits),
            passages: self.list("passage", quoted, 0),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        }
    }

    /// References of a kind: sentences and phrases in any order.
    fn list(&mut self, kind: &str, sentences: usize, phrases: usize) -> Vec<Source> {
        let mut forms = [vec![Form::Sentence; sentences], vec![Form::Phrase; phrases]].concat();
        if self.draws.below(2) == 0 {
            forms.reverse();
        }
        let mut number = 0;
        let mut list = Vec::new();
        for form in forms {
            // A brief in one language of several leaves numbers out.
            number += if self.draws.below(12) == 0 { 2 } else { 1 };
            let words = if form == Form::Sentence { 5 + self.draws.below(14) } else { 2 + self.draws.below(4) };
            let text = vec!["worded"; words].join(" ");
            let reference = format!("{kind}.{number}");
            let bound = Bound { source: format!("test:{reference}"), reference, text };
            list.push(Source { form, bound, origin: String::new(), score: None });
        }
        list
    }
}

fn asked(at: usize, slot: &SlotPlan) -> SlotAsked {
    let written = |name: &String| format!("{{{{{name}}}}}");
    let element = |element: &Element| match element {
        Element::Piece(piece) => {
            debug_assert!(KNOWN_PIECES.contains(&piece.like.as_str()));
            let length = Length::of(piece);
            Asked::Piece {
                piece: piece.like.clone(),
                least: length.least.unwrap_or(piece.min_chars).min(length.most),
                most: length.most.max(piece.min_chars),
                names_product: piece.names_product,
                names_partner: piece.names_partner,
            }
        }
        Element::Reference(name) => Asked::Reference { reference: written(name) },
        Element::Bullets(names) => Asked::Bullets { bullets: names.iter().map(written).collect() },
    };
    let paragraphs = slot.paragraphs.iter().map(|elements| elements.iter().map(element).collect()).collect();
    SlotAsked { key: letter(at).to_owned(), paragraphs }
}

/// Random numbers by Steele, Lea and Flood's SplitMix (2014): the same on every machine.
#[derive(Debug)]
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `of`, which is not 0.
    fn below(&mut self, of: usize) -> usize {
        (self.next() % of.max(1) as u64) as usize
    }

    /// An index, by these weights.
    fn of(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, &weight) in weights.iter().enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_seeded_and_name_only_what_the_starter_knows() {
        let templates = Templates::embedded().unwrap();
        let prompts = Prompts::starter().unwrap();
        let lines = |seed: u64| -> Vec<String> {
            let mut plans = Plans::new(&templates, &prompts, seed);
            (0..300).map(|_| serde_json::to_string(&plans.next_plan().unwrap()).unwrap()).collect()
        };
        assert_eq!(lines(7), lines(7));
        assert_ne!(lines(7), lines(8));
        let tokenizer: serde_json::Value =
            serde_json::from_str(include_str!("../../../models/starter/tokenizer.json")).unwrap();
        let known: Vec<&str> = tokenizer["added_tokens"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|token| token["content"].as_str())
            .collect();
        for line in lines(7) {
            let plan: serde_json::Value = serde_json::from_str(&line).unwrap();
            let prompt = plan["prompt"].as_str().unwrap();
            for token in prompt.split_inclusive("|>").filter(|token| token.starts_with("<|")) {
                assert!(known.contains(&token), "{token} of {prompt}");
            }
            assert_eq!(plan["one"].as_array().unwrap().len(), plan["slots"].as_array().unwrap().len());
        }
    }
}
