"""GStreamer's RTSP server, as a camera: plays the JPEG files of a folder again and again. Runs with Debian's Python.

Arguments: port, folder of ``00.jpg`` and so on, rate as a fraction, form of the pictures, and
``user:password`` or nothing.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

FORMS = {
    "h264": "jpegdec ! videoconvert ! video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast"
    " quantizer=12 pass=quant key-int-max=10 bframes=0 threads=1 option-string=scenecut=0"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "mjpeg": "jpegdec ! jpegenc ! rtpjpegpay name=pay0 pt=26",
}


def main() -> None:
    port, folder, rate, form, known = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    caps = f"image/jpeg,framerate={rate}"
    factory.set_launch(f'( multifilesrc location="{folder}/%02d.jpg" loop=true caps="{caps}" ! {FORMS[form]} )')
    factory.set_shared(False)
    if known:
        user, _, password = known.partition(":")
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        for right in ("access", "construct"):
            permissions.add_permission_for_role("viewer", f"media.factory.{right}", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
