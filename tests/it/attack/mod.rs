//! Attacks, each by its id in the catalogue: what must happen, and what must not remain.

mod authorize_answer;
mod authorize_flow;
mod authorize_parameters;
mod authorize_prompt;
mod evidence;
