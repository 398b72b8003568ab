//! Owns where a command's password comes from: a file, standard input, or chance. It is read and hashed before the
//! transaction begins.

use std::path::Path;

use anyhow::Result;

use super::arguments::UserCommand;
use crate::authentication::password::PasswordHash;
use crate::base::entropy::{self, Entropy};
use crate::base::secret::Secret;
use crate::cli::values;

/// Characters of a made password: 119 bits.
const LENGTH: usize = 20;

/// A password in the clear.
#[derive(Debug)]
pub struct ChosenPassword {
    /// The password, to be hashed.
    pub text: Secret,
    /// Whether it was made here, so that it must be shown.
    pub generated: bool,
}

/// A chosen password with its hash.
pub struct HashedPassword {
    /// In the clear, for showing it once.
    pub chosen: ChosenPassword,
    /// What is stored.
    pub hash: PasswordHash,
}

impl HashedPassword {
    /// The text to show: of a made password only.
    #[must_use]
    pub fn to_show(&self) -> Option<String> {
        self.chosen
            .generated
            .then(|| self.chosen.text.expose().to_owned())
    }
}

impl UserCommand {
    /// The password that this command sets; `None` if it sets none.
    pub fn password(&self, entropy: &dyn Entropy) -> Result<Option<ChosenPassword>> {
        match self {
            Self::Create(arguments) if arguments.no_password => Ok(None),
            Self::Create(arguments) => choose(arguments.password_file.as_deref(), entropy).map(Some),
            Self::SetPassword { password_file, .. } => choose(password_file.as_deref(), entropy).map(Some),
            Self::SetTier { .. }
            | Self::SetRole { .. }
            | Self::Edit { .. }
            | Self::VerifyEmail { .. }
            | Self::Activate { .. }
            | Self::Waitlist { .. }
            | Self::Deactivate { .. }
            | Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Archive { .. }
            | Self::Delete { .. }
            | Self::Unlock { .. }
            | Self::SignOut { .. }
            | Self::RevokeTokens { .. }
            | Self::Show { .. }
            | Self::List { .. } => Ok(None),
        }
    }
}

fn choose(file: Option<&Path>, entropy: &dyn Entropy) -> Result<ChosenPassword> {
    Ok(match file {
        Some(path) => ChosenPassword {
            text: values::secret_from(path)?,
            generated: false,
        },
        None => ChosenPassword {
            text: Secret::new(entropy::base62(entropy, LENGTH)),
            generated: true,
        },
    })
}
