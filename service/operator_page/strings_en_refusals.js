// English: why a camera may not be armed, word for word as the service says it; what a page in another language knows it by.

export default {
  "refusal.few_pictures": "{pictures} pictures are too few: take at least {least}",
  "refusal.few_scenes": "{scenes} scenes are too few: take pictures of more wells and casts, {least} at least",
  "refusal.few_judged_mostly": "only {judged} of {scenes} scenes show a well that can be judged: the camera is too unlike those the artefact knows (most often {reason})",
  "refusal.few_judged": "only {judged} of {scenes} scenes show a well that can be judged: the camera is too unlike those the artefact knows",
  "refusal.upside_down": "{share} of the pictures are restored better when turned upside down: turn the camera, or its picture",
  "refusal.unjudged": "{share} of the pictures and {by_scene} of a scene on average cannot be judged: set the camera, or teach the artefact on its pictures",
  "refusal.too_high": "half of the scenes score above {middle}, and the artefact's threshold is {threshold}: too unlike the wells it was taught on",
  "refusal.too_faint": "half of the scenes score below {middle}, far below the wells it knows: leaks may not show either",
  "refusal.suspects": "{suspects} pictures ({share}) score {upper} or more, as leaks do: look at them; remove those that are leaks, and where they are good wells, teach the artefact on this camera's pictures",
  "refusal.no_room": "good wells need a cut of {lower}, and {margin} of what the lowest known leak scores is {upper}: nothing tells the two apart here",
  "refusal.few_wells": "pictures of {seen} of {wells} wells say too little of the others: wait for {missing}, or take out of the cameras file what sends nothing",
  "refusal.milder_leak": "its cut of {cut} lies above {upper}, which the leaks known by now allow: arm it again, or disarm it",
};
