//! Owns `signet user edit`: names, the address of mail and the other standard claims, in one transaction.

use anyhow::{Result, bail};

use super::arguments::EditUser;
use super::lookup::user;
use super::report::{UserChanged, UserReport};
use crate::db::UnitOfWork;
use crate::lifecycle::prove_email;
use crate::tenancy::domain;
use crate::user::{EmailAddress, UserName, service};

/// Changes what is given, and says what that was. Nothing given is an error.
pub(super) async fn edit(work: &mut UnitOfWork, reference: &str, edit: EditUser) -> Result<UserReport> {
    if edit == EditUser::default() {
        bail!("there is nothing to change; `signet user edit --help` lists what may be");
    }
    let email = edit.email.as_deref().map(EmailAddress::parse).transpose()?;
    // The organization that the proof may lead into is locked before the person, as everywhere.
    let owner = match email.as_ref().filter(|_| edit.verified) {
        Some(email) => domain::lock_owner(work, email.canonical()).await?,
        None => None,
    };
    let id = user(work, reference).await?.id;
    let person = service::lock(work, &id).await?;
    let mut done = Vec::new();
    let details = edit.profile.apply_to(person.profile.details.clone());
    if details != person.profile.details {
        service::set_profile(work, &person.id, &details).await?;
        done.push("profile changed".to_owned());
    }
    if let Some(name) = edit.user_name {
        let name = Some(name.as_str())
            .filter(|name| !name.is_empty())
            .map(UserName::parse)
            .transpose()?;
        if service::set_user_name(work, &person.id, name.as_ref()).await? {
            done.push(name.map_or_else(
                || "user name taken away".to_owned(),
                |name| format!("user name {}", name.name()),
            ));
        }
    }
    if let Some(email) = email {
        if service::set_email(work, &person.id, &email).await? {
            done.push("e-mail address changed".to_owned());
        }
        if edit.verified {
            let joined = prove_email::note_proof(work, &person.id, &email, owner).await?;
            done.push("e-mail address proven".to_owned());
            done.extend(joined.map(|(organization, role)| format!("joined {organization} as {role}")));
        }
    }
    let done = if done.is_empty() {
        "nothing changed".to_owned()
    } else {
        done.join(", ")
    };
    Ok(UserReport::Changed(UserChanged {
        user_id: person.id.to_string(),
        done,
    }))
}
