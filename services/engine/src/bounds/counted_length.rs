//! A length in a channel's counting, with references counted as the longest value that they can take.

use super::bits::Bits;
use super::error::BoundError;
use super::literals::Literals;
use super::unit::{Context, Unit};
use super::utf8::Utf8;
use super::vocabulary::Below;
use super::{Bound, Counting, PATIENCE, State};

/// A text of at least `min` and at most `max` units.
///
/// A reference that is being written counts as the text that it is so far, until it is whole; it may go beyond the limit
/// meanwhile if its value does not.
#[derive(Debug, Clone)]
pub struct CountedLength {
    min: usize,
    max: usize,
    unit: Unit,
    references: Literals,
    values: Vec<usize>,
    /// For each node the least value of the references that go on from there.
    least: Vec<usize>,
    /// For each node the least bytes to the end of one.
    left: Vec<usize>,
    shortest: usize,
    most: usize,
}

const TOTAL_WIDTH: u32 = 28;
/// Two numbers more stand for "far below the least" and "far from both".
const MOST_LENGTH: usize = (1 << TOTAL_WIDTH) - 3;
const BELOW: u32 = MOST_LENGTH as u32 + 1;
const BETWEEN: u32 = MOST_LENGTH as u32 + 2;
/// A mark can bring so many units that composing had saved before it (weighted counting).
const SAVED: usize = 3;

/// What a character adds at most that has begun already.
const BEGUN: usize = 4;
/// Units with which no character is too much.
const ROOM: usize = 8;

#[derive(Debug, Clone, Copy)]
struct At {
    /// Units of the text, but for the reference that may be being written.
    total: u32,
    node: u32,
    utf8: Utf8,
    context: Context,
}

impl CountedLength {
    /// # Errors
    /// When no length is between `min` and `max`, or `max` is above 268 million.
    pub fn new(unit: Unit, min: usize, max: usize) -> Result<Self, BoundError> {
        if min > max {
            return Err(BoundError::LengthEmpty { min, max });
        }
        if max > MOST_LENGTH {
            return Err(BoundError::LengthHuge { given: max, most: MOST_LENGTH });
        }
        let references = Literals::new([])?;
        Ok(Self {
            min,
            max,
            unit,
            references,
            values: Vec::new(),
            least: vec![usize::MAX],
            left: vec![usize::MAX],
            shortest: 1,
            most: 0,
        })
    }

    /// References as they are written (`{{partner.name}}`), each with the units of its longest value.
    ///
    /// # Errors
    /// When one is no reference, or a value is above 268 million.
    pub fn with_references<'a>(
        mut self,
        references: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Result<Self, BoundError> {
        let references: Vec<(&str, usize)> = references.into_iter().collect();
        for &(written, value) in &references {
            let inner = written.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            if !inner.is_some_and(|inner| inner.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'{' && b != b'}')) {
                return Err(BoundError::Reference(written.to_owned()));
            }
            if value > MOST_LENGTH {
                return Err(BoundError::LengthHuge { given: value, most: MOST_LENGTH });
            }
        }
        self.references = Literals::new(references.iter().map(|(written, _)| written.as_bytes()))?;
        self.values = references.iter().map(|&(_, value)| value).collect();
        self.shortest = references.iter().map(|(written, _)| written.len()).min().unwrap_or(1);
        self.most = self.values.iter().copied().max().unwrap_or(0);
        self.least = vec![usize::MAX; self.references.nodes().count()];
        self.left = self.least.clone();
        for node in self.references.nodes().rev() {
            let own = self.references.ends(node).iter().map(|&end| self.values[end as usize]).min();
            let least = self.least[node as usize].min(own.unwrap_or(usize::MAX));
            self.least[node as usize] = least;
            let above = &mut self.least[self.references.parent(node) as usize];
            *above = (*above).min(least);
            let left = if own.is_some() { 0 } else { self.left[node as usize] };
            self.left[node as usize] = left;
            let above = &mut self.left[self.references.parent(node) as usize];
            *above = (*above).min(left.saturating_add(1));
        }
        Ok(self)
    }

    fn read(state: State) -> At {
        let mut bits = Bits(state.text);
        let context = Context(bits.pop(Context::WIDTH) as u32);
        let utf8 = Utf8::from_bits(bits.pop(Utf8::WIDTH));
        let node = bits.pop(Literals::WIDTH) as u32;
        At { total: bits.pop(TOTAL_WIDTH) as u32, node, utf8, context }
    }

    fn write(at: At) -> State {
        let bits = Bits::default().push(u64::from(at.total), TOTAL_WIDTH).push(u64::from(at.node), Literals::WIDTH);
        State::of_text(bits.push(at.utf8.bits(), Utf8::WIDTH).push(u64::from(at.context.0), Context::WIDTH).0)
    }

    /// Units of `written` (ASCII) after `at`.
    fn count(&self, context: Context, written: &[u8]) -> (usize, Context) {
        written.iter().fold((0, context), |(total, context), &byte| {
            let (units, context) = self.unit.add(context, char::from(byte));
            (total + units, context)
        })
    }

    /// Units so far, a reference that is being written as plain text.
    fn plain_total(&self, at: At) -> usize {
        at.total as usize + self.open(at).0
    }

    /// Units of the reference that is being written, as plain text, and as the least that it can become.
    fn open(&self, at: At) -> (usize, usize) {
        if at.node == Literals::START {
            return (0, 0);
        }
        let plain = self.count(at.context, &self.references.text(at.node)).0;
        (plain, plain.min(self.least[at.node as usize]))
    }

    fn character(&self, at: At, character: char) -> Option<At> {
        let node = match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => self.references.step(at.node, byte),
            _ => Literals::START,
        };
        let mut next = At { node, utf8: Utf8::default(), ..at };
        let total = if at.node == Literals::START && node == Literals::START {
            let (units, context) = self.unit.add(at.context, character);
            next.context = context;
            at.total as usize + units
        } else {
            self.leave(at, character, &mut next)
        };
        next.total = u32::try_from(total).ok().filter(|&total| total as usize <= self.max)?;
        (total + self.open(next).1 <= self.max).then_some(next)
    }

    /// Counts what is no longer part of a reference that may come; the new total without the rest.
    fn leave(&self, at: At, character: char, next: &mut At) -> usize {
        let mut written = self.references.text(at.node);
        let whole = self.references.ends(next.node).first().copied();
        if let Some(reference) = whole {
            let before = written.len() + 1 - self.references.depth(next.node);
            let units = self.count(at.context, &written[..before]).0;
            (next.node, next.context) = (Literals::START, Context::default());
            return at.total as usize + units + self.values[reference as usize];
        }
        if next.node == Literals::START {
            let (units, context) = self.count(at.context, &written);
            let (last, context) = self.unit.add(context, character);
            next.context = context;
            return at.total as usize + units + last;
        }
        // The node was reached by this byte, so that it is one.
        written.push(character as u8);
        let left = written.len() - self.references.depth(next.node);
        let (units, context) = self.count(at.context, &written[..left]);
        next.context = context;
        at.total as usize + units
    }

    /// The most units that so many bytes can add.
    fn growth(&self, at: At, bytes: usize) -> usize {
        let whole = bytes / self.shortest + usize::from(at.node != Literals::START);
        self.plain_growth(bytes) + self.begun(at) + whole * self.most
    }

    /// Whether there are several lengths that will do.
    fn is_wide(&self) -> bool {
        self.max - self.min >= ROOM
    }

    /// The units that must be left for it to be patient: no reference is foreseen but the one that is being written.
    fn patience(&self, at: At) -> usize {
        self.plain_growth(PATIENCE) + self.begun(at) + if at.node == Literals::START { 0 } else { self.most }
    }

    /// What the bytes of a character that is not whole add when the last one comes.
    fn begun(&self, at: At) -> usize {
        if at.utf8.is_whole() { 0 } else { BEGUN }
    }

    /// The most units that so many bytes can add when no reference is among them.
    fn plain_growth(&self, bytes: usize) -> usize {
        match self.unit {
            Unit::Weighted => 2 * bytes + SAVED,
            _ => bytes,
        }
    }
}

impl Bound for CountedLength {
    fn start(&self) -> State {
        State::default()
    }

    fn step(&self, state: State, byte: u8) -> Option<State> {
        let at = Self::read(state);
        let (utf8, character) = at.utf8.step(byte)?;
        match character {
            Some(character) => self.character(at, character).map(Self::write),
            None => {
                if let Some((from, to)) = utf8.range()
                    && self.plain_total(at) + self.unit.least(from, to) > self.max
                {
                    return None;
                }
                Some(Self::write(At { utf8, ..at }))
            }
        }
    }

    fn may_end(&self, state: State) -> bool {
        let at = Self::read(state);
        at.utf8.is_whole() && (self.min..=self.max).contains(&self.plain_total(at))
    }

    fn bytes_to_finish(&self, state: State) -> Option<usize> {
        if self.may_end(state) {
            return Some(0);
        }
        let at = Self::read(state);
        let short = self.min.saturating_sub(self.plain_total(at) + self.begun(at));
        let a_byte = match self.unit {
            Unit::Weighted => 2 + SAVED,
            _ => 1,
        };
        let best = a_byte.max(self.most.div_ceil(self.shortest));
        let plain = short.div_ceil(best);
        // The reference that is being written, if it is, adds its value at once.
        let with = self.left[at.node as usize].saturating_add(short.saturating_sub(self.most).div_ceil(best));
        let least = if at.node == Literals::START { plain } else { plain.min(with) };
        Some(least.max(at.utf8.missing()).max(1))
    }

    fn mask_key(&self, state: State, reach: usize) -> State {
        let at = Self::read(state);
        let (total, swing) = (self.plain_total(at), self.growth(at, reach));
        // A token can end in a character or a reference that has begun.
        if total + swing + self.plain_growth(PATIENCE) + BEGUN + self.most > self.max {
            return state;
        }
        let class = if total + swing < self.min {
            BELOW
        } else if total >= self.min {
            BETWEEN
        } else {
            return state;
        };
        Self::write(At { total: class, ..at })
    }

    fn counting(&self, state: State) -> Counting {
        if self.plain_total(Self::read(state)) < self.min { Counting::Short } else { Counting::Enough }
    }

    /// Below the least length too: there is then room to reach it.
    fn is_patient(&self, state: State) -> bool {
        let at = Self::read(state);
        self.plain_total(at) + self.patience(at) <= self.max
    }

    /// A text that is too short waits for nothing in particular when some lengths will do; a character that is not whole
    /// neither, when there is room for whatever it becomes. A reference that has begun waits for its end, which another bound
    /// may insist on.
    fn is_settled(&self, state: State) -> bool {
        let at = Self::read(state);
        let total = self.plain_total(at);
        let is_long = (total >= self.min || self.is_wide()) && at.node == Literals::START;
        self.is_patient(state)
            || is_long && if at.utf8.is_whole() { total <= self.max } else { total + ROOM <= self.max }
    }

    fn is_sure(&self, state: State, below: Below) -> bool {
        let at = Self::read(state);
        if !at.utf8.is_whole() || at.node != Literals::START || !below.clean || below.brace && !self.values.is_empty() {
            return false;
        }
        let most = at.total as usize + self.plain_growth(below.bytes);
        let is_long = at.total as usize >= self.min || self.is_wide();
        most + self.plain_growth(PATIENCE) + BEGUN <= self.max
            || is_long && (most + ROOM <= self.max || below.ascii && most <= self.max)
    }
}
