//! Prompts of our own templates, byte for byte as transformers renders them.

use std::collections::HashMap;

use serde::Deserialize;

use super::read;
use crate::chat::{ChatMessage, ChatTemplate};

#[derive(Deserialize)]
struct Golden {
    begin: String,
    end: String,
    chats: HashMap<String, Vec<Message>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: String,
}

#[derive(Deserialize)]
struct Case {
    file: Option<String>,
    template: Option<String>,
    chat: String,
    prompt: Option<String>,
    error: Option<String>,
}

#[test]
fn templates_are_rendered_as_transformers_renders_them() {
    let golden: Golden = serde_json::from_str(&read("chat/rendered.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &golden.cases {
        let text = match (&case.file, &case.template) {
            (Some(file), _) => read(&format!("chat/{file}")),
            (None, template) => template.clone().unwrap(),
        };
        let messages: Vec<ChatMessage> =
            golden.chats[&case.chat].iter().map(|message| ChatMessage::new(&message.role, &message.content)).collect();
        let specials = vec![golden.begin.clone(), golden.end.clone()];
        let template = ChatTemplate::new(text, golden.begin.clone(), golden.end.clone(), specials);
        let what = format!("{} with {}", case.file.as_ref().or(case.template.as_ref()).unwrap(), case.chat);
        match (template.render(&messages), &case.prompt, &case.error) {
            (Ok(found), Some(expected), _) if found == *expected => {}
            (Err(error), None, Some(expected)) if error.to_string().contains(expected) => {}
            (found, prompt, error) => wrong.push(format!("{what}:\n  {found:?}\n  {prompt:?} {error:?}")),
        }
    }
    assert!(golden.cases.len() > 60, "only {} cases", golden.cases.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), golden.cases.len(), wrong.join("\n"));
}
