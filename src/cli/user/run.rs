//! Owns what `signet user …` does.

use anyhow::{Context as _, Result};

use super::arguments::{CreateUser, UserCommand};
use super::edit;
use super::lookup::user;
use super::password::HashedPassword;
use super::report::{CreatedUser, PasswordSet, UserChanged, UserList, UserReport, UserView};
use super::standing::{self, Act};
use crate::authentication::password::Password;
use crate::base::entropy::SystemEntropy;
use crate::base::id::UserId;
use crate::cli::operator;
use crate::config::{SignUpSettings, SignetConfig};
use crate::db::UnitOfWork;
use crate::lifecycle::sign_up::{self, MadeBy};
use crate::lifecycle::{change_password, prove_email, sign_out_user, unlock_user};
use crate::tenancy::member;
use crate::user::{EmailAddress, NewUser, ProfileDetails, UserName, service};

/// Runs a command on the configured database. A password is chosen and hashed before the transaction begins.
pub async fn run(command: UserCommand, config: &SignetConfig) -> Result<UserReport> {
    let password = match command.password(&SystemEntropy)? {
        Some(chosen) => {
            let hash = operator::hash(config, &Password::choose(&chosen.text)?).await?;
            Some(HashedPassword { chosen, hash })
        }
        None => None,
    };
    let mut work = operator::begin(config).await?;
    let report = carry_out(command, &mut work, password, &config.sign_up).await?;
    work.commit().await?;
    Ok(report)
}

/// Carries out a command in the caller's transaction, which the caller commits. The password is the one that
/// [`UserCommand::password`] chose.
pub async fn carry_out(
    command: UserCommand,
    work: &mut UnitOfWork,
    password: Option<HashedPassword>,
    settings: &SignUpSettings,
) -> Result<UserReport> {
    match command {
        UserCommand::Create(arguments) => create(*arguments, work, password, settings).await,
        UserCommand::SetPassword { user: person, .. } => {
            let password = password.context("no password was chosen")?;
            let id = user(work, &person).await?.id;
            change_password::replace(work, &id, &password.hash).await?;
            Ok(UserReport::Password(PasswordSet {
                user_id: id.to_string(),
                password: password.to_show(),
            }))
        }
        UserCommand::SetTier { user: person, tier } => {
            let id = user(work, &person).await?.id;
            service::set_tier(work, &id, tier).await?;
            Ok(changed(&id, format!("tier {}", tier.name())))
        }
        UserCommand::SetRole { user: person, role } => {
            let id = user(work, &person).await?.id;
            service::set_role(work, &id, role).await?;
            Ok(changed(&id, format!("role {}", role.name())))
        }
        UserCommand::Edit { user: person, edit } => edit::edit(work, &person, *edit).await,
        UserCommand::VerifyEmail { user: person } => {
            let person = user(work, &person).await?;
            let email = EmailAddress::parse(&person.profile.email)?;
            let joined = prove_email::prove_email(work, &person.id, &email).await?;
            let done = joined.map_or_else(
                || "e-mail address proven".to_owned(),
                |(organization, role)| format!("e-mail address proven, joined {organization} as {role}"),
            );
            Ok(changed(&person.id, done))
        }
        UserCommand::Activate { user } => standing::change(work, &user, Act::Activate).await,
        UserCommand::Waitlist { user } => standing::change(work, &user, Act::Wait).await,
        UserCommand::Deactivate { user } => standing::change(work, &user, Act::Deactivate).await,
        UserCommand::Ban { user } => standing::change(work, &user, Act::Ban).await,
        UserCommand::Unban { user } => standing::change(work, &user, Act::Unban).await,
        UserCommand::Archive { user } => standing::change(work, &user, Act::Archive).await,
        UserCommand::Delete { user } => standing::change(work, &user, Act::Delete).await,
        UserCommand::Unlock { user: person } => {
            let id = user(work, &person).await?.id;
            let counted = unlock_user::unlock(work, &id).await?;
            let done = if counted {
                "unlocked"
            } else {
                "nothing was counted"
            };
            Ok(changed(&id, done.to_owned()))
        }
        UserCommand::SignOut { user: person } => {
            let id = user(work, &person).await?.id;
            let done = match sign_out_user::end_sessions(work, &id).await? {
                0 => "not signed in anywhere".to_owned(),
                1 => "1 session ended".to_owned(),
                ended => format!("{ended} sessions ended"),
            };
            Ok(changed(&id, done))
        }
        UserCommand::RevokeTokens { user: person } => {
            let id = user(work, &person).await?.id;
            sign_out_user::end_everything(work, &id).await?;
            Ok(changed(&id, "sessions and tokens ended".to_owned()))
        }
        UserCommand::Show { user: person } => {
            let person = user(work, &person).await?;
            let memberships = member::of_user(work, &person.id).await?;
            Ok(UserReport::User(Box::new(UserView::new(&person, memberships))))
        }
        UserCommand::List { after, limit } => {
            let found = service::list(work, after.as_deref().map(UserId::read).as_ref(), limit).await?;
            let users = found.into_iter().map(Into::into).collect();
            Ok(UserReport::Users(UserList { users }))
        }
    }
}

async fn create(
    arguments: CreateUser,
    work: &mut UnitOfWork,
    password: Option<HashedPassword>,
    settings: &SignUpSettings,
) -> Result<UserReport> {
    let email = EmailAddress::parse(&arguments.email)?;
    let address = email.address().to_owned();
    let new = NewUser {
        id: arguments.id.as_deref().map(UserId::read),
        email_verified: arguments.verified,
        user_name: arguments.user_name.as_deref().map(UserName::parse).transpose()?,
        details: arguments.profile.apply_to(ProfileDetails::default()),
        phone_verified: arguments.phone_verified,
        role: arguments.role,
        access_tier: arguments.tier,
        status: arguments.status,
        ..NewUser::new(email)
    };
    let account = sign_up::create_user(work, &new, MadeBy::Operator, settings).await?;
    if let Some(password) = &password {
        change_password::set_first(work, &account.user_id, &password.hash).await?;
    }
    Ok(UserReport::Created(CreatedUser {
        user_id: account.user_id.to_string(),
        email: address,
        personal_space: account.personal_space.to_string(),
        password: password.as_ref().and_then(HashedPassword::to_show),
    }))
}

fn changed(id: &UserId, done: String) -> UserReport {
    UserReport::Changed(UserChanged {
        user_id: id.to_string(),
        done,
    })
}
