//! Owns what is done with accounts, each in its caller's transaction. Only `lifecycle/` makes one: an account comes
//! with a personal space.

use super::access::{AccessTier, PlatformRole};
use super::canonical::Identifier;
use super::email::EmailAddress;
use super::error::UserError;
use super::new_user::NewUser;
use super::person::{User, UserSummary};
use super::profile::ProfileDetails;
use super::status::{StatusChange, UserStatus};
use super::user_name::UserName;
use super::{profile_rules, store};
use crate::audit::{self, SessionEvent, UserEvent};
use crate::base::id::UserId;
use crate::db::{DatabaseError, UnitOfWork};

/// Makes an account; its caller records how it came to be. Two that are made at once for one address are decided by the unique index.
pub async fn create(work: &mut UnitOfWork, new: &NewUser) -> Result<UserId, UserError> {
    new.check()?;
    let now = work.now();
    let id = new.id.clone().unwrap_or_else(|| UserId::new(now, work.entropy()));
    store::insert(work.connection()?, &id, new, now).await?;
    Ok(id)
}

/// The account of an id.
pub async fn find(work: &mut UnitOfWork, id: &UserId) -> Result<Option<User>, DatabaseError> {
    store::find(work.connection()?, id).await
}

/// An account that nobody else changes until the caller's transaction ends, so that what is changed is what was read.
pub async fn lock(work: &mut UnitOfWork, id: &UserId) -> Result<User, UserError> {
    store::lock(work.connection()?, id).await?;
    let found = store::find(work.connection()?, id).await?;
    found.ok_or_else(|| UserError::Unknown(id.clone()))
}

/// The account that signs in with an identifier: its address of mail or its user name.
pub async fn find_by_identifier(
    work: &mut UnitOfWork,
    identifier: &Identifier,
) -> Result<Option<User>, DatabaseError> {
    store::find_by_identifier(work.connection()?, identifier.as_str()).await
}

/// The account that an operator names by its id, its address of mail or its user name.
pub async fn find_by_reference(
    work: &mut UnitOfWork,
    reference: &str,
) -> Result<Option<User>, DatabaseError> {
    // PostgreSQL holds no NUL in a text.
    if reference.contains('\0') {
        return Ok(None);
    }
    if let Some(user) = find(work, &UserId::read(reference)).await? {
        return Ok(Some(user));
    }
    match Identifier::parse(reference) {
        Some(identifier) => find_by_identifier(work, &identifier).await,
        None => Ok(None),
    }
}

/// A page of accounts after the given id, in the order of their ids.
pub async fn list(
    work: &mut UnitOfWork,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<UserSummary>, DatabaseError> {
    let after = after.map_or("", UserId::as_str);
    store::list(work.connection()?, after, i64::from(limit)).await
}

/// Gives the account another tier. Tokens that were issued keep theirs for their short life.
pub async fn set_tier(work: &mut UnitOfWork, id: &UserId, tier: AccessTier) -> Result<(), UserError> {
    let now = work.now();
    known(store::set_tier(work.connection()?, id, tier, now).await?, id)?;
    let event = UserEvent::TierChanged {
        user: id.clone(),
        tier: tier.name(),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives the account another platform role.
pub async fn set_role(work: &mut UnitOfWork, id: &UserId, role: PlatformRole) -> Result<(), UserError> {
    let now = work.now();
    known(store::set_role(work.connection()?, id, role, now).await?, id)?;
    let event = UserEvent::RoleChanged {
        user: id.clone(),
        role: role.name(),
    };
    Ok(audit::record(work, event).await?)
}

/// Carries out an act on the account's standing; says whether it changed. One that takes rights away ends every
/// session and grant in the same statement, so that they stay dead when the standing is given back. `lifecycle/` has
/// a file per act.
pub async fn change_status(
    work: &mut UnitOfWork,
    id: &UserId,
    change: StatusChange,
) -> Result<bool, UserError> {
    let now = work.now();
    if !store::change_status(work.connection()?, id, change, now).await? {
        return match store::find(work.connection()?, id).await? {
            None => Err(UserError::Unknown(id.clone())),
            Some(user) if user.status == change.to() => Ok(false),
            Some(user) => Err(UserError::Standing {
                user: id.clone(),
                status: user.status,
                change,
            }),
        };
    }
    record_status(work, id, change).await?;
    Ok(true)
}

/// Makes a person active who was invited or waited, since they belong to a shared organization now; whoever has
/// another standing keeps it. Says whether it changed.
pub async fn note_membership(work: &mut UnitOfWork, id: &UserId) -> Result<bool, DatabaseError> {
    let now = work.now();
    if !store::change_status(work.connection()?, id, StatusChange::Join, now).await? {
        return Ok(false);
    }
    record_status(work, id, StatusChange::Join).await?;
    Ok(true)
}

async fn record_status(
    work: &mut UnitOfWork,
    id: &UserId,
    change: StatusChange,
) -> Result<(), DatabaseError> {
    let event = match change.to() {
        UserStatus::Active => UserEvent::Enabled { user: id.clone() },
        status => UserEvent::Disabled {
            user: id.clone(),
            status: status.name(),
        },
    };
    audit::record(work, event).await
}

/// Marks the account as deleted. `lifecycle::delete_user` does what belongs to it in other rooms.
pub async fn delete(work: &mut UnitOfWork, id: &UserId) -> Result<(), UserError> {
    let now = work.now();
    known(store::set_deleted(work.connection()?, id, now).await?, id)?;
    Ok(audit::record(work, UserEvent::Deleted { user: id.clone() }).await?)
}

/// Ends every session and grant of the account made until now: after a password change, or at an operator's word.
pub async fn revoke_before(
    work: &mut UnitOfWork,
    id: &UserId,
    reason: &'static str,
) -> Result<(), UserError> {
    let now = work.now();
    known(store::set_revoked_before(work.connection()?, id, now).await?, id)?;
    let event = SessionEvent::AllEnded {
        user: id.clone(),
        reason,
    };
    Ok(audit::record(work, event).await?)
}

/// Replaces the standard claims. Another telephone number is unproven again.
pub async fn set_profile(
    work: &mut UnitOfWork,
    id: &UserId,
    details: &ProfileDetails,
) -> Result<(), UserError> {
    profile_rules::check(details)?;
    let now = work.now();
    known(
        store::set_profile(work.connection()?, id, details, now).await?,
        id,
    )?;
    Ok(audit::record(work, UserEvent::ProfileUpdated { user: id.clone() }).await?)
}

/// Gives the account's profile another language; says whether it had another. A tag, such as `de`.
pub async fn set_locale(work: &mut UnitOfWork, id: &UserId, locale: &str) -> Result<bool, DatabaseError> {
    let now = work.now();
    let changed = store::set_locale(work.connection()?, id, locale, now).await?;
    if changed {
        audit::record(work, UserEvent::ProfileUpdated { user: id.clone() }).await?;
    }
    Ok(changed)
}

/// Gives the account another address of mail; says whether it had another. It is unproven, unless it is the same one
/// written in another way. Sessions and grants go on.
pub async fn set_email(work: &mut UnitOfWork, id: &UserId, email: &EmailAddress) -> Result<bool, UserError> {
    let now = work.now();
    if !store::set_email(work.connection()?, id, email, now).await? {
        return known(store::find(work.connection()?, id).await?.is_some(), id).map(|()| false);
    }
    audit::record(work, UserEvent::EmailChanged { user: id.clone() }).await?;
    Ok(true)
}

/// Gives the account another user name, or takes it away; says whether it had another.
pub async fn set_user_name(
    work: &mut UnitOfWork,
    id: &UserId,
    name: Option<&UserName>,
) -> Result<bool, UserError> {
    let now = work.now();
    if !store::set_user_name(work.connection()?, id, name, now).await? {
        return known(store::find(work.connection()?, id).await?.is_some(), id).map(|()| false);
    }
    audit::record(work, UserEvent::ProfileUpdated { user: id.clone() }).await?;
    Ok(true)
}

/// Notes that an address of mail, in its canonical form, was proven; refused if it is not the account's any more.
pub async fn verify_email(work: &mut UnitOfWork, id: &UserId, canonical: &str) -> Result<(), UserError> {
    let now = work.now();
    if !store::set_email_verified(work.connection()?, id, canonical, now).await? {
        return Err(match store::find(work.connection()?, id).await? {
            Some(_) => UserError::OtherAddress(id.clone()),
            None => UserError::Unknown(id.clone()),
        });
    }
    Ok(audit::record(work, UserEvent::EmailVerified { user: id.clone() }).await?)
}

fn known(found: bool, id: &UserId) -> Result<(), UserError> {
    if found {
        Ok(())
    } else {
        Err(UserError::Unknown(id.clone()))
    }
}
