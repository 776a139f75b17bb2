-- Saturation load for wrk: posts the bodies of a folder in turn.
-- wrk ... -s post.lua URL -- FOLDER PATH CONTENT_TYPE plain|labelled
-- labelled: query with camera, well and time of capture, as a plant sends them; the wells of a frame move on by one
-- picture from frame to frame, so that no well shows the same picture twice in a row.

local bodies, prebuilt, labelled, path, headers = {}, {}, false, "/", {}
local sent = 0

function init(args)
   local folder = args[1]
   path = args[2]
   headers["Content-Type"] = args[3]
   labelled = args[4] == "labelled"
   for number = 0, 999 do
      local file = io.open(string.format("%s/%03d", folder, number), "rb")
      if file == nil then break end
      bodies[number + 1] = file:read("*a")
      file:close()
      prebuilt[number + 1] = wrk.format("POST", path, headers, bodies[number + 1])
   end
end

function request()
   sent = sent + 1
   if not labelled then return prebuilt[sent % #prebuilt + 1] end
   local well, frame = sent % #bodies, math.floor(sent / #bodies)
   local query = string.format("%s?camera_id=cam-1&well_id=%d&cast_id=c-1&captured_at=%s.%06dZ",
      path, well, os.date("!%Y-%m-%dT%H:%M:%S"), sent % 1000000)
   return wrk.format("POST", query, headers, bodies[(well + frame) % #bodies + 1])
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format('\n{"requests": %d, "duration_us": %d, "not_2xx": %d, "broken": %d}\n',
      summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
