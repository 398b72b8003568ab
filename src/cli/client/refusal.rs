//! Owns how a refusal is told to whoever typed the command: by the option that is to be written otherwise, with what can be
//! done about it.

use anyhow::anyhow;
use clap::{Args, Command};

use crate::client::{ClientError, MetadataError};

/// What an operator can do about it.
pub(super) fn advise(error: ClientError) -> anyhow::Error {
    let advice = match &error {
        ClientError::Unknown(_) => "`signet client list` shows every client",
        ClientError::UnknownResource { .. } => {
            "register it first: `signet client resource-create --identifier … --name …`"
        }
        ClientError::AlreadyExists(_) => {
            "`signet client show` tells what it is; --id gives another one its own id"
        }
        ClientError::NotThere { .. } => "`signet client show` tells what it is",
        ClientError::NoResource(_) => "`signet client resource-list` shows every resource",
        ClientError::ResourceInUse { .. } => {
            "take it from them first: `signet client edit … --resource-default ''`, or --audience ''"
        }
        ClientError::Metadata(_)
        | ClientError::Resource(_)
        | ClientError::TakenByUser(_)
        | ClientError::Public(_)
        | ClientError::SignsWithKey(_)
        | ClientError::ResourceExists(_)
        | ClientError::OverlapTooLong
        | ClientError::WeakSecret
        | ClientError::Database(_) => return error.into(),
    };
    anyhow!("{error}; {advice}")
}

/// The same words, and before them the option of this command that a field of the metadata comes from, where one does.
pub(super) fn by_option<T: Args>(error: anyhow::Error) -> anyhow::Error {
    let of_client = error.downcast_ref::<ClientError>();
    let told = match of_client {
        Some(ClientError::Metadata(refused)) => refused.to_string(),
        _ => match error.downcast_ref::<MetadataError>() {
            Some(refused) => refused.to_string(),
            None => return error,
        },
    };
    let Some((field, problem)) = told.split_once(": ") else {
        return error;
    };
    match option::<T>(field) {
        Some(option) => anyhow!("--{option} ({field}): {problem}"),
        None => error,
    }
}

/// The option that a field of the metadata comes from: it has the field's name as its own.
fn option<T: Args>(field: &str) -> Option<String> {
    let id = match field {
        "type" => "client_type",
        "scope" => "scopes",
        "client_id" => "id",
        other => other,
    };
    let command = T::augment_args(Command::new("client"));
    let option = command.get_arguments().find(|argument| argument.get_id() == id);
    option?.get_long().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::arguments::CreateClient;
    use super::*;

    #[test]
    fn a_field_is_told_by_its_option() {
        for (field, expected) in [
            ("client_name", Some("name")),
            ("type", Some("type")),
            ("scope", Some("scope")),
            ("redirect_uris", Some("redirect-uri")),
            ("grant_types", Some("grant")),
            ("token_endpoint_auth_method", Some("auth-method")),
            ("the metadata", None),
        ] {
            assert_eq!(option::<CreateClient>(field).as_deref(), expected, "{field}");
        }
        let told = by_option::<CreateClient>(MetadataError::NoGrant.into()).to_string();
        assert!(told.starts_with("--grant (grant_types): at least one"), "{told}");
        let other = by_option::<CreateClient>(anyhow!("something: else")).to_string();
        assert_eq!(other, "something: else");
    }
}
