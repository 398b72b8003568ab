//! Owns the contract of Supabase's custom access token hook, as far as a function written for it can tell: which
//! claims the answer must have, of which types, and which of them are only that product's view of ours.

use serde_json::{Map, Value};

use super::error::HookError;

/// A type of the contract's schema.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Integer,
    TextOrList,
    Object,
    /// An array of texts and objects.
    Methods,
    Any,
}

/// Every member of the schema: its type, and whether it must be there.
const SCHEMA: [(&str, Type, bool); 18] = [
    ("aud", Type::TextOrList, true),
    ("exp", Type::Integer, true),
    ("iat", Type::Integer, true),
    ("sub", Type::Text, true),
    ("email", Type::Text, true),
    ("phone", Type::Text, true),
    ("role", Type::Text, true),
    ("aal", Type::Text, true),
    ("session_id", Type::Text, true),
    ("is_anonymous", Type::Any, true),
    ("nbf", Type::Integer, false),
    ("iss", Type::Text, false),
    ("jti", Type::Text, false),
    ("client_id", Type::Text, false),
    ("app_metadata", Type::Object, false),
    ("user_metadata", Type::Object, false),
    ("amr", Type::Methods, false),
    ("scope", Type::Text, false),
];

/// What the event's claims have only for such functions; never said, whatever the answer makes of it.
pub const VIEW: [&str; 7] = [
    "role",
    "aal",
    "amr",
    "session_id",
    "email",
    "phone",
    "is_anonymous",
];

/// Objects of the view that are empty in the event; what a function puts into one is its operator's own claim.
pub const METADATA: [&str; 2] = ["app_metadata", "user_metadata"];

/// The members of the view that an answer says otherwise than it was shown: no token says them, and whoever wrote the
/// function may believe that one does.
pub fn dropped<'a>(
    shown: &'a Map<String, Value>,
    answer: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a str> {
    let other = |name: &&str| {
        answer
            .get(*name)
            .is_some_and(|value| shown.get(*name) != Some(value))
    };
    VIEW.into_iter().filter(other)
}

/// Checks an answer's claims against the schema; names the first member that breaks it.
pub fn check(claims: &Map<String, Value>) -> Result<(), HookError> {
    let broken = SCHEMA
        .iter()
        .find(|(name, expected, required)| match claims.get(*name) {
            None => *required,
            Some(value) => !fits(*expected, value),
        });
    match broken {
        Some((name, ..)) => Err(HookError::Contract((*name).to_owned())),
        None => Ok(()),
    }
}

fn fits(expected: Type, value: &Value) -> bool {
    match expected {
        Type::Text => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::TextOrList => value.is_string() || value.is_array(),
        Type::Object => value.is_object(),
        Type::Methods => value.as_array().is_some_and(|methods| {
            methods
                .iter()
                .all(|method| method.is_string() || method.is_object())
        }),
        Type::Any => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sound() -> Map<String, Value> {
        let sound = json!({
            "aud": "a", "exp": 2, "iat": 1, "sub": "u", "email": "", "phone": "", "role": "authenticated",
            "aal": "aal1", "session_id": "s", "is_anonymous": false, "amr": [{"method": "password"}, "otp"],
        });
        sound.as_object().cloned().unwrap()
    }

    #[test]
    fn an_answer_names_the_member_that_breaks_the_schema() {
        assert_eq!(check(&sound()), Ok(()));
        for (name, _, required) in SCHEMA {
            let mut without = sound();
            without.remove(name);
            let expected = required.then(|| HookError::Contract(name.to_owned()));
            assert_eq!(check(&without).err(), expected, "{name}");
            if name != "is_anonymous" {
                let mut wrong = sound();
                wrong.insert(name.to_owned(), Value::Null);
                assert_eq!(check(&wrong), Err(HookError::Contract(name.to_owned())));
            }
        }
    }
}
