//! Owns the commands that give an account another standing, or take it away.

use anyhow::Result;

use super::lookup::user;
use super::report::{UserChanged, UserReport};
use crate::db::UnitOfWork;
use crate::lifecycle::{
    activate_user, archive_user, deactivate_user, delete_user, suspend_user, waitlist_user,
};

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Activate,
    Wait,
    Deactivate,
    Ban,
    Unban,
    Archive,
    Delete,
}

/// Does it to the person of an id, an address of mail or a user name.
pub(super) async fn change(work: &mut UnitOfWork, reference: &str, act: Act) -> Result<UserReport> {
    let id = user(work, reference).await?.id;
    let done = match act {
        Act::Activate => {
            activate_user::activate(work, &id).await?;
            "active"
        }
        Act::Wait => {
            waitlist_user::wait(work, &id).await?;
            "on the waiting list"
        }
        Act::Deactivate => {
            deactivate_user::deactivate(work, &id).await?;
            "inactive"
        }
        Act::Ban => {
            suspend_user::ban(work, &id).await?;
            "banned"
        }
        Act::Unban => {
            suspend_user::reinstate(work, &id).await?;
            "no longer banned"
        }
        Act::Archive => {
            archive_user::archive(work, &id).await?;
            "archived"
        }
        Act::Delete => {
            delete_user::delete_user(work, &id).await?;
            "deleted"
        }
    };
    Ok(UserReport::Changed(UserChanged {
        user_id: id.to_string(),
        done: done.to_owned(),
    }))
}
