//! Owns `prompt` (OpenID Connect Core §3.1.2.1).

use super::draft::Draft;
use crate::protocol::error::Refusal;
use crate::protocol::prompt::Prompt;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let prompt = Prompt::parse(draft.parameters.get("prompt").unwrap_or_default());
    draft.request.prompt = prompt.map_err(|error| error.about("prompt"))?;
    Ok(())
}
