//! Owns the personal space that every person has from the start. It is written in the transaction that makes the
//! person, so that neither is ever without the other.

use super::error::TenancyError;
use super::organization::OrganizationType;
use super::service::{insert_with_free_slug, record_creation};
use super::slug::Stem;
use super::store::{self, OrganizationRow};
use crate::base::id::{OrganizationId, UserId};
use crate::db::Work;
use crate::user::EmailAddress;

/// What a personal space is called: nothing that tells who its person is.
const NAME: &str = "Personal space";

/// Makes the personal space of a person, whose first and only member they are. A person who has one keeps it.
pub async fn personal_space(
    work: &mut Work,
    user: &UserId,
    email: &EmailAddress,
) -> Result<OrganizationId, TenancyError> {
    if let Some(id) = store::find_personal(work.connection()?, user).await? {
        return Ok(id);
    }
    let now = work.now();
    let id = OrganizationId::new(now, work.entropy());
    let row = OrganizationRow {
        id: &id,
        name: NAME,
        organization_type: OrganizationType::Personal,
        owner: user,
        tier: None,
    };
    insert_with_free_slug(work, &row, &Stem::of_local_part(email.local_part())).await?;
    if !store::insert_owner(work.connection()?, &id, user, now).await? {
        return Err(TenancyError::UnknownUser(user.clone()));
    }
    record_creation(work, &id, user).await?;
    Ok(id)
}
