//! Owns the demo people: who they are, and how each comes to have an account and a password.

use super::error::SeedError;
use super::secrets_file::{self, SecretsFile};
use crate::app::App;
use crate::authentication::{self, Password, PasswordHash};
use crate::base::id::UserId;
use crate::base::secret::Secret;
use crate::config::SignUpSettings;
use crate::db::UnitOfWork;
use crate::lifecycle::sign_up::{self, MadeBy};
use crate::user::{
    self, AccessTier, EmailAddress, Identifier, NewUser, PlatformRole, ProfileDetails, UserError, UserName,
};

/// Owns one organization, is a member of the other, and has a value for every standard claim.
pub(super) const ADA: &str = "ada";
/// A member of one organization.
pub(super) const GRACE: &str = "grace";
/// Runs the platform.
pub(super) const ROOT: &str = "root";

/// Everyone.
pub(super) const NAMES: [&str; 3] = [ADA, GRACE, ROOT];

/// Their accounts.
#[derive(Debug)]
pub(super) struct People {
    pub(super) ada: UserId,
    pub(super) grace: UserId,
    pub(super) root: UserId,
}

/// A person with what the next transaction must store of them.
#[derive(Debug)]
pub(super) struct Prepared {
    name: &'static str,
    existing: Option<UserId>,
    /// None if the stored one is that of the file already.
    new_hash: Option<PasswordHash>,
}

/// Looks who is there, and hashes the passwords that are not stored yet: before any transaction that writes begins.
pub(super) async fn prepare(app: &App, secrets: &mut SecretsFile) -> Result<[Prepared; 3], SeedError> {
    Ok([
        prepare_one(app, secrets, ADA).await?,
        prepare_one(app, secrets, GRACE).await?,
        prepare_one(app, secrets, ROOT).await?,
    ])
}

async fn prepare_one(
    app: &App,
    secrets: &mut SecretsFile,
    name: &'static str,
) -> Result<Prepared, SeedError> {
    let mut work = app.single(app.context(super::seeding::origin())).await?;
    let existing = find(&mut work, name).await?;
    // The connection goes back before the hash: a pool may have only one.
    drop(work);
    let new_hash = match (&existing, secrets.find(name)) {
        (Some(_), Some(_)) => None,
        (None, Some(kept)) => Some(hash(app, name, kept).await?),
        (_, None) => {
            let password = secrets_file::new_password(&**app.entropy());
            let new_hash = hash(app, name, &password).await?;
            secrets.set(name, password);
            Some(new_hash)
        }
    };
    Ok(Prepared {
        name,
        existing,
        new_hash,
    })
}

/// Makes the accounts that are missing, and stores the new hashes.
pub(super) async fn complete(
    work: &mut UnitOfWork,
    prepared: [Prepared; 3],
    settings: &SignUpSettings,
) -> Result<People, SeedError> {
    let [ada, grace, root] = prepared;
    Ok(People {
        ada: complete_one(work, ada, settings).await?,
        grace: complete_one(work, grace, settings).await?,
        root: complete_one(work, root, settings).await?,
    })
}

async fn complete_one(
    work: &mut UnitOfWork,
    prepared: Prepared,
    settings: &SignUpSettings,
) -> Result<UserId, SeedError> {
    let Prepared {
        name,
        existing,
        new_hash,
    } = prepared;
    let id = match existing {
        Some(id) => {
            if new_hash.is_some() {
                user::service::revoke_before(work, &id, "password_changed").await?;
            }
            id
        }
        None => {
            sign_up::create_user(work, &account(name)?, MadeBy::Operator, settings)
                .await?
                .user_id
        }
    };
    if let Some(new_hash) = new_hash {
        authentication::store_hash(work, &id, &new_hash).await?;
    }
    Ok(id)
}

async fn find(work: &mut UnitOfWork, name: &str) -> Result<Option<UserId>, SeedError> {
    let Some(identifier) = Identifier::parse(name) else {
        return Ok(None);
    };
    let found = user::service::find_by_identifier(work, &identifier).await?;
    Ok(found.map(|user| user.id))
}

async fn hash(app: &App, name: &str, password: &Secret) -> Result<PasswordHash, SeedError> {
    let password = Password::choose(password).map_err(|source| SeedError::Password {
        name: name.to_owned(),
        source,
    })?;
    Ok(app.hasher().hash(&password, &**app.entropy()).await?)
}

fn account(name: &str) -> Result<NewUser, UserError> {
    let email = EmailAddress::parse(&format!("{name}@example.test"))?;
    let base = NewUser {
        email_verified: true,
        user_name: Some(UserName::parse(name)?),
        ..NewUser::new(email)
    };
    Ok(match name {
        ADA => NewUser {
            details: every_claim(),
            phone_verified: true,
            access_tier: AccessTier::Founder,
            ..base
        },
        GRACE => NewUser {
            details: named("Grace Example"),
            access_tier: AccessTier::Beta,
            ..base
        },
        _ => NewUser {
            details: named("Root Example"),
            role: PlatformRole::Admin,
            ..base
        },
    })
}

fn named(name: &str) -> ProfileDetails {
    ProfileDetails {
        name: name.to_owned(),
        ..ProfileDetails::default()
    }
}

/// A value for every standard claim (OpenID Connect Core §5.1). Numbers and addresses are of the ranges that are
/// kept free for examples.
fn every_claim() -> ProfileDetails {
    let some = |text: &str| Some(text.to_owned());
    ProfileDetails {
        name: "Ada Demo Example".to_owned(),
        given_name: some("Ada"),
        family_name: some("Example"),
        middle_name: some("Demo"),
        nickname: some("Ada"),
        profile: some("https://people.example.test/ada"),
        image: some("https://people.example.test/ada.png"),
        website: some("https://ada.example.test/"),
        gender: some("female"),
        birthdate: some("1990-12-10"),
        zoneinfo: some("Europe/London"),
        locale: some("en-GB"),
        phone: some("+442079460123"),
        address_formatted: some("1 Example Street\nExampletown\nEX1 1EX\nUnited Kingdom"),
        address_street: some("1 Example Street"),
        address_locality: some("Exampletown"),
        address_region: some("Exampleshire"),
        address_postal_code: some("EX1 1EX"),
        address_country: some("United Kingdom"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::profile_rules;

    #[test]
    fn every_account_keeps_the_rules() {
        for name in NAMES {
            let account = account(name).unwrap();
            profile_rules::check(&account.details).unwrap();
            assert!(account.email_verified);
        }
    }

    #[test]
    fn ada_has_a_value_for_every_detail() {
        let details = serde_json::to_value(every_claim()).unwrap();
        let missing: Vec<&String> = details
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| value.as_str().is_none_or(str::is_empty))
            .map(|(name, _)| name)
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
