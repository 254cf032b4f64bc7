//! Formulas of `metric` rules: numbers, names of counts, `+ - * / %`, brackets, comparisons, `&&`, `||`, `!`, and some of
//! `math.`. True is 1 and false is 0.

use std::collections::BTreeMap;

/// A formula that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Formula(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Name(String),
    Not(Box<Self>),
    Minus(Box<Self>),
    Both(Operator, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
}

type Operator = &'static str;
type Function = (&'static str, usize, fn(&[f64]) -> f64);

/// By how tightly they bind, the loosest first.
const OPERATORS: [&[Operator]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

const FUNCTIONS: [Function; 10] = [
    ("abs", 1, |a| a[0].abs()),
    ("ceil", 1, |a| a[0].ceil()),
    ("exp", 1, |a| a[0].exp()),
    ("floor", 1, |a| a[0].floor()),
    ("log", 1, |a| a[0].ln()),
    ("log10", 1, |a| a[0].log10()),
    ("max", 2, |a| a[0].max(a[1])),
    ("min", 2, |a| a[0].min(a[1])),
    ("pow", 2, |a| a[0].powf(a[1])),
    ("sqrt", 1, |a| a[0].sqrt()),
];

/// Brackets in brackets.
const MAX_DEPTH: usize = 40;

impl Formula {
    /// Reads one that may use `names`.
    pub(super) fn new(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut parser = Parser { rest: text.trim(), names, depth: 0 };
        let node = parser.level(0)?;
        match parser.rest {
            "" => Ok(Self(node)),
            rest => Err(format!("`{text}` does not go on with `{rest}`")),
        }
    }

    /// Its value; a name that `values` lacks is 0.
    pub(super) fn value(&self, values: &BTreeMap<&str, f64>) -> f64 {
        self.0.value(values)
    }
}

impl Node {
    fn value(&self, values: &BTreeMap<&str, f64>) -> f64 {
        let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
        match self {
            Self::Number(number) => *number,
            Self::Name(name) => values.get(name.as_str()).copied().unwrap_or_default(),
            Self::Not(node) => truth(node.value(values) == 0.0),
            Self::Minus(node) => -node.value(values),
            Self::Call((_, _, function), inputs) => {
                function(&inputs.iter().map(|input| input.value(values)).collect::<Vec<_>>())
            }
            Self::Both(operator, one, other) => {
                let (a, b) = (one.value(values), other.value(values));
                match *operator {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    "/" => a / b,
                    "%" => a % b,
                    "==" => truth(a == b),
                    "!=" => truth(a != b),
                    "<=" => truth(a <= b),
                    ">=" => truth(a >= b),
                    "<" => truth(a < b),
                    ">" => truth(a > b),
                    "&&" => truth(a != 0.0 && b != 0.0),
                    _ => truth(a != 0.0 || b != 0.0),
                }
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    names: &'a [&'a str],
    depth: usize,
}

impl Parser<'_> {
    fn level(&mut self, level: usize) -> Result<Node, String> {
        let Some(operators) = OPERATORS.get(level) else { return self.single() };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.rest.starts_with(**operator)) {
            self.skip(operator.len());
            let right = self.level(level + 1)?;
            left = Node::Both(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the formula is nested too deeply".to_owned());
        }
        let node = self.node();
        self.depth -= 1;
        node
    }

    fn node(&mut self) -> Result<Node, String> {
        let first = self.rest.chars().next().ok_or("the formula ends too early")?;
        match first {
            '(' => {
                self.skip(1);
                let node = self.level(0)?;
                self.expect(')')?;
                Ok(node)
            }
            '-' => {
                self.skip(1);
                Ok(Node::Minus(Box::new(self.single()?)))
            }
            '!' => {
                self.skip(1);
                Ok(Node::Not(Box::new(self.single()?)))
            }
            '0'..='9' | '.' => {
                let number = self.run(|c| c.is_ascii_digit() || c == '.');
                number.parse().map(Node::Number).map_err(|_| format!("`{number}` is no number"))
            }
            _ => self.name(),
        }
    }

    fn name(&mut self) -> Result<Node, String> {
        let name = self.run(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if let Some(function) = name.strip_prefix("math.") {
            let known = FUNCTIONS.iter().find(|(known, ..)| *known == function);
            let function = *known.ok_or_else(|| format!("unknown function `{name}`"))?;
            self.expect('(')?;
            let mut inputs = vec![self.level(0)?];
            while self.rest.starts_with(',') {
                self.skip(1);
                inputs.push(self.level(0)?);
            }
            self.expect(')')?;
            return match inputs.len() == function.1 {
                true => Ok(Node::Call(function, inputs)),
                false => Err(format!("`{name}` takes {} values", function.1)),
            };
        }
        match self.names.contains(&name.as_str()) {
            true => Ok(Node::Name(name)),
            false => Err(format!("`{}` is nothing that is counted", if name.is_empty() { self.rest } else { &name })),
        }
    }

    fn run(&mut self, takes: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !takes(c)).unwrap_or(self.rest.len());
        let run = self.rest[..end].to_owned();
        self.skip(end);
        run
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if !self.rest.starts_with(wanted) {
            return Err(format!("a `{wanted}` is missing"));
        }
        self.skip(1);
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64, String> {
        let values = BTreeMap::from([("words", 10.0), ("sentences", 4.0)]);
        Ok(Formula::new(text, &["words", "sentences"])?.value(&values))
    }

    #[test]
    fn formulas_are_reckoned_as_written() {
        assert_eq!(value("(words / sentences) * 2 - 1"), Ok(4.0));
        assert_eq!(value("math.sqrt(sentences) + -1 < 2 && !(words == 9)"), Ok(1.0));
    }

    #[test]
    fn what_is_no_formula_is_told() {
        assert!(value("word * 2").unwrap_err().contains("`word` is nothing"));
        assert!(value("(words").unwrap_err().contains("missing"));
        assert!(value("words 3").unwrap_err().contains("does not go on"));
        assert!(value(&"(".repeat(10_000)).is_err());
    }
}
