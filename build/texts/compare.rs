//! Compares the languages: each says what English says, no more and no less.

use std::collections::BTreeSet;

use super::message::{Kind, Message};
use super::read::Catalogue;

/// Adds what is wrong to the problems; the English catalogue.
pub(super) fn compare<'a>(catalogues: &'a [Catalogue], problems: &mut Vec<String>) -> Option<&'a Catalogue> {
    let Some(english) = catalogues.iter().find(|catalogue| catalogue.tag == "en") else {
        problems.push("there is no English catalogue".to_owned());
        return None;
    };
    for message in english.messages.values() {
        check_description(message, problems);
    }
    for other in catalogues.iter().filter(|catalogue| catalogue.tag != "en") {
        for (key, message) in &english.messages {
            match other.messages.get(key) {
                Some(translation) => check_translation(message, translation, problems),
                None => problems.push(format!(
                    "{}: {key}: is missing",
                    message.place.replace("/en/", &format!("/{}/", other.tag))
                )),
            }
        }
        let surplus = other
            .messages
            .values()
            .filter(|message| !english.messages.contains_key(&message.key));
        problems.extend(
            surplus.map(|message| format!("{}: {}: English has no such text", message.place, message.key)),
        );
    }
    Some(english)
}

/// The English comment names every argument with its kind, and no other; a number alone decides a form.
fn check_description(message: &Message, problems: &mut Vec<String>) {
    let mut object = |what: String| problems.push(format!("{}: {}: {what}", message.place, message.key));
    let described: BTreeSet<&str> = message.described.iter().map(|(name, _)| name.as_str()).collect();
    let used = message.content.arguments();
    for name in used.difference(&described) {
        object(format!(
            "say in its comment what ${name} is: `# ${name} (text): …`, or (number)"
        ));
    }
    for name in described.difference(&used) {
        object(format!("its comment names ${name}, which it does not use"));
    }
    if described.len() != message.described.len() {
        object("its comment names an argument twice".to_owned());
    }
    for (name, kind) in &message.described {
        if *kind == Kind::Text && message.content.decisive.contains(name) {
            object(format!("${name} decides a form, so it is a number"));
        }
    }
}

fn check_translation(english: &Message, translation: &Message, problems: &mut Vec<String>) {
    let mut object =
        |what: String| problems.push(format!("{}: {}: {what}", translation.place, translation.key));
    let (expected, found) = (english.content.arguments(), translation.content.arguments());
    for name in expected.difference(&found) {
        object(format!("does not use ${name}"));
    }
    for name in found.difference(&expected) {
        object(format!("uses ${name}, which the English text has not"));
    }
    if english.content.tags != translation.content.tags {
        object(format!(
            "its tags are not those of the English text: {:?}",
            english.content.tags
        ));
    }
    for (name, kind) in &english.described {
        if *kind == Kind::Text && translation.content.decisive.contains(name) {
            object(format!("${name} is a text, so it decides no form"));
        }
    }
}
