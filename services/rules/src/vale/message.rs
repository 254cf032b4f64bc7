//! Messages with `%s` in them, filled as Go's `Sprintf` does and Vale then tidies.

/// `message` with its `%s` replaced by `values` in turn, `%[2]s` by the second; `%%` is a per cent sign. Values that are
/// left over go nowhere, and a `%s` without one stays. Line breaks and runs of spaces become one space.
pub(super) fn fill(message: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(message.len());
    let mut next = 0;
    let mut rest = message;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let verb = &rest[at + 1..];
        let (number, after) = match verb.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((number, after)) => (number.parse::<usize>().ok(), after),
            None => (None, verb),
        };
        let wanted = number.map_or(next, |number| number.wrapping_sub(1));
        if let Some(after) = verb.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some((after, value)) =
            after.strip_prefix(['s', 'v']).and_then(|after| Some((after, values.get(wanted)?)))
        {
            out.push_str(value);
            next = wanted + 1;
            rest = after;
        } else {
            out.push('%');
            rest = verb;
        }
    }
    out.push_str(rest);
    tidy(&out)
}

fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c == '\n' { ' ' } else { c };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

/// `'a'`, `'a' or 'b'`, `'a', 'b', or 'c'`.
pub(super) fn one_of<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("'{}'", text.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        [first @ .., last] => format!("{}, or {last}", first.join(", ")),
    }
}

/// Takes the quotes from a message's first `%s`, since [`one_of`] brings its own.
pub(super) fn unquote_first(message: &str) -> String {
    match message.find("%s") {
        Some(at) if at > 0 && message.is_char_boundary(at - 1) => {
            let quoted = &message[at - 1..];
            match quoted.starts_with("'%s'") || quoted.starts_with("\"%s\"") {
                true => format!("{}%s{}", &message[..at - 1], &quoted[4..]),
                false => message.to_owned(),
            }
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fill_a_message_in_turn_or_by_number() {
        assert_eq!(fill("Use '%s' instead of '%s'.", &["a", "b"]), "Use 'a' instead of 'b'.");
        assert_eq!(fill("%[2]s before %[1]s, 100%%", &["a", "b"]), "b before a, 100%");
        assert_eq!(fill("over 10 % of it %s", &[]), "over 10 % of it %s");
        assert_eq!(fill("a  b\nc", &["unused"]), "a b c");
    }

    #[test]
    fn alternatives_bring_their_own_quotes() {
        assert_eq!(one_of(&["a", "b", "c"]), "'a', 'b', or 'c'");
        assert_eq!(unquote_first("Use '%s' instead of '%s'."), "Use %s instead of '%s'.");
    }
}
