// English: the board and the decision. {name} is filled in; a list is [one, other].

import views from "./strings_en_views.js";

export default {
  ...views,

  "title": "Leak inspection",

  "nav.board": "Board",
  "nav.history": "History",
  "nav.system": "System",
  "nav.label": "Views",
  "nav.wall": "Wall view",
  "nav.colours": "Light or dark",
  "nav.language": "Язык: русский",
  "nav.help": "Keys",
  "nav.try": "Try a picture",
  "nav.sign_out": "Sign out",

  "link.live": "Live",
  "link.connecting": "Connecting",
  "link.lost": "No connection",
  "link.refused": "Sign in",
  "link.lost_banner": "CONNECTION LOST for {duration}. What you see is old: watch the wells yourself.",
  "link.never_banner": "NO CONNECTION to the inspection service. Watch the wells yourself.",

  "banner.camera_silent": "CAMERA {camera} SENDS NOTHING for {duration}. Its wells are not watched.",
  "banner.camera_silent_now": "CAMERA {camera} SENDS NOTHING. Its wells are not watched.",
  "banner.wells_silent": "{camera}: no pictures of {wells}. Not watched.",
  "banner.not_ready": "THE SERVICE GIVES NO VERDICTS: {detail}",
  "banner.trouble": "{detail} (for {duration})",
  "banner.model": "The model was changed at {time}: {artifact}",
  "banner.drift": "{camera}: the pictures have changed ({figures}). Check lamp and lens.",

  "trouble.refused_artifact": "Another model was deployed or edited and is refused; the one before goes on. Tell the engineer.",
  "trouble.overload": "PICTURES ARE REFUSED for {duration}: more come than can be judged. Watch wells with old pictures.",
  "trouble.misaligned": "THE CAMERA OR THE TABLE HAS MOVED, for {duration}: its wells are not judged. Put it back, or have its layout made again.",
  "trouble.postgresql": "The shared record has not been reached for {duration}. Verdicts go on; lists may be old.",
  "trouble.webhook": "ALARMS HAVE NOT REACHED THE PLANT for {duration}. Watch this page.",
  "trouble.clock": "The service's clock has jumped: times may be wrong. Nothing is deleted for its age meanwhile.",
  "trouble.journal_damaged": "A damaged record was set aside: what was before is not shown. Tell the engineer.",

  "wells_more": "{wells} and {count} more",
  "more": "and {count} more",

  "legend": "What the signs mean",
  "legend.open": "outlined: the alarm waits for somebody",
  "legend.halves": "above each other: the halves a and b of one well",

  "summary.leak": ["LEAK in {count} well", "LEAK in {count} wells"],
  "summary.newest": "newest: {place} ({duration})",
  "summary.returned": ["{count} leak or unknown is over: acknowledge it", "{count} leaks or unknowns are over: acknowledge them"],
  "summary.shelved": ["{count} shelved", "{count} shelved"],
  "summary.unknown": ["{count} well cannot be judged", "{count} wells cannot be judged"],
  "summary.no_leak": "No leak",
  "summary.good": ["{count} well without a leak", "{count} wells without a leak"],
  "summary.silent": ["{count} well NOT WATCHED", "{count} wells NOT WATCHED"],
  "summary.empty": "Nothing has been inspected yet",
  "summary.empty_hint": "Send pictures with camera_id and well_id to POST /v1/inspect, or drop one here to try it.",
  "summary.blind": "Not watching",
  "summary.locked": "Sign in to see the wells",

  "attention.title": "Leaks and unknowns",
  "attention.go": ["{count} well needs somebody ↓", "{count} wells need somebody ↓"],
  "attention.none": "Nothing needs you.",
  "attention.leak": ["Leaking now: {count} well", "Leaking now: {count} wells"],
  "attention.unknown": ["Cannot be judged: {count} well", "Cannot be judged: {count} wells"],
  "attention.returned": ["Was leaking or unknown, is good: {count} well", "Was leaking or unknown, is good: {count} wells"],
  "attention.shelved": ["Shelved: {count} well", "Shelved: {count} wells"],
  "attention.all": ["Acknowledge {camera}: {count}", "Acknowledge all {count} of {camera}"],

  "well": "Well {well}",
  "well.none": "Whole view",
  "well.unnamed": "Unnamed camera",

  "camera": "Camera",
  "camera.alive": "alive",
  "camera.silent": "SILENT",
  "camera.paused": "no pictures",
  "camera.last": "last picture {duration} ago",
  "camera.now": "last picture just now",
  "camera.wells": ["{count} well", "{count} wells"],
  "camera.drift": "pictures have changed",
  "camera.cast": "cast {cast}",

  "since": "since {time}",

  "for": "for {duration}",

  "card.over": "was {verdict}, now {now}",
  "card.group": ["{count} well: {verdict}", "{count} wells: {verdict}"],
  "card.acknowledged": "Acknowledged by {operator}",
  "card.acknowledge": "Acknowledge",
  "card.shelve": "Shelve…",
  "card.unshelve": "Unshelve",
  "card.shelved": "shelved by {operator} until {time}: {reason}",
  "card.first_out": "first",
  "card.first_out_hint": "No other alarm of this camera was active when it came",
  "card.ratio": "{ratio} × threshold",
  "card.times": ["came {count} time", "came {count} times"],
  "card.chatters": ["chatters: {count} time", "chatters: {count} times"],
  "card.open": "Look closer",

  "score.ratio": "{ratio} × threshold",
  "score.of": "score {score}, threshold {threshold}",
  "score.none": "No score was computed",
  "score.threshold": "threshold",

  "why.leak": "The picture differs from a good well: its score is {ratio} times the threshold.",
  "why.no_leak": "The picture looks like a good well: its score is {ratio} of the threshold.",

  "picture.alt": "Picture of {well}",

  "heatmap.alt": "Picture, reconstruction and error of {well}",
  "heatmap.picture": "Picture",
  "heatmap.reconstruction": "Expected",
  "heatmap.error": "Difference",
  "heatmap.scale": "Bright = differs most. The scale is the same for every picture.",

  "picture.not_kept": "This picture was not kept",

  "dialog.close": "Close",
  "dialog.why": "Why",
  "dialog.scores": "Scores of this well",
  "dialog.figures": "The picture as measured",
  "dialog.details": "Record",
  "dialog.missing": "This decision is not in the record.",

  "chart.alt": "Scores of {well} over time with the threshold",
  "chart.empty": "No scores in this time",
  "chart.window": "Time shown",
  "chart.minutes": ["{count} minute", "{count} minutes"],
  "chart.hours": ["{count} hour", "{count} hours"],

  "review.title": "What do you see?",
  "review.leak": "It is a leak",
  "review.no_leak": "No leak",
  "review.unknown": "Cannot tell",
  "review.name": "Your name",
  "review.comment": "Comment (optional)",
  "review.name_missing": "Enter your name first: it is kept with the review.",
  "review.saved": "Recorded: {verdict}, by {reviewer}",
  "review.none": "Not reviewed yet",
  "review.line": "{verdict}, {reviewer}, {time}",
  "review.history": "Reviews",

  "name.title": "Who acknowledges?",
  "name.enter": "Continue",

  "done.acknowledged": "Alarm of {well} acknowledged",
  "done.acknowledged_all": ["{count} alarm acknowledged", "{count} alarms acknowledged"],
  "done.shelved": "Alarm of {well} shelved",
  "done.unshelved": "Alarm of {well} is back",

  "shelf.title": "Shelve the alarm of {well}",
  "shelf.hint": "It comes back by itself, and at once if an unknown becomes a leak. The well stays on the board.",
  "shelf.time": "For",
  "shelf.reason": "Why",
  "shelf.enter": "Shelve",

  "sound.on": "Sound on: a tone for each new leak",
  "sound.off": "Sound off",
  "sound.asleep": "Sound waits: press anything once",

  "failed": "That did not work: {detail}",
  "failed.unreachable": "the service cannot be reached",
  "failed.refused": "your key does not allow it",
};
