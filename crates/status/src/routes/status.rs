//! `PUT /api/me/status`: the page saves (docs/status.md section 0 "Saving", R13 to R15, R20,
//! S14).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_store::{AccountId, StatusRow, StatusWrite, Written};
use rollcall_web::{Asker, CommonFailure, FieldProblem, Fields, json};

use crate::app::StatusApp;
use crate::failure::{Failure, StatusBody};
use crate::text::StatusText;

/// Takes `text`, `mutation_id` and `if_rev`, as JSON.
///
/// The answer leaves when the status is stored and whoever joins from then on sees it.
pub(crate) async fn save(
    State(app): State<StatusApp>,
    asker: Asker,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let signed_in = app.require_signed_in(&asker).await?;
    let account = signed_in.account;
    let write = parse(&Fields::read_json(request).await?, account.id)?;
    let admitted = app.memory().handle_save(app.now(), &account.name);
    let saved = match admitted {
        Ok(()) => store(&app, &account.name, &write).await?,
        Err(limited) => replay(&app, &write).await?.ok_or_else(|| app.limited(limited))?,
    };
    let body = StatusBody::from(&saved);
    Ok(json(serde_json::to_string(&body).expect("texts and numbers always serialise")))
}

async fn store(app: &StatusApp, user: &str, write: &StatusWrite) -> Result<StatusRow, Failure> {
    match app.0.store.write_status(write, app.now()).await? {
        Written::Saved(saved) => {
            app.0.counters.saves.add_one();
            app.announce(user, &saved).await;
            Ok(saved)
        }
        Written::Replayed(first) => {
            app.memory().handle_retry(app.now(), user);
            Ok(first)
        }
        Written::Conflict(current) => Err(Failure::RevisionConflict(current)),
        Written::Gone => Err(CommonFailure::NotSignedIn.into()),
    }
}

/// The first answer to a save that is sent again: it is nothing new, so no limit is asked.
async fn replay(app: &StatusApp, write: &StatusWrite) -> Result<Option<StatusRow>, Failure> {
    match &write.mutation_id {
        Some(mutation) => Ok(app.0.store.mutation(write.account, mutation, app.now()).await?),
        None => Ok(None),
    }
}

fn parse(fields: &Fields, account: AccountId) -> Result<StatusWrite, Failure> {
    let text = StatusText::parse(fields.text("text")?);
    let text = text.map_err(|error| Failure::of_field("text", error))?.into_string();
    let mutation_id = mutation_id(fields.text("mutation_id")?)?;
    let if_rev = fields.optional_number("if_rev")?;
    Ok(StatusWrite { account, text, mutation_id: Some(mutation_id), if_rev })
}

/// Pages send a UUID; anything of such signs and at most 64 of them will do.
fn mutation_id(text: &str) -> Result<String, Failure> {
    let legal = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if text.is_empty() || text.len() > MAX_MUTATION_ID || !legal {
        return Err(Failure::of_field("mutation_id", FieldProblem::Malformed));
    }
    Ok(text.to_owned())
}

const MAX_MUTATION_ID: usize = 64;
