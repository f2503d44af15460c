# What is tried of docs/recipes.md once its modules are there: each does what its text says.

{:ok, _instances} =
  Supervisor.start_link(
    [{Thumbnailer, name: MyApp.Uploads, workers: 1}],
    strategy: :one_for_one
  )

# Phoenix
upload = fn path -> %{"avatar" => %Plug.Upload{path: path}} end
conn = %Plug.Conn{assigns: %{user_id: 7}}

%{status: 201, resp_body: %{avatar: "/avatars/7.webp"}} =
  MyAppWeb.AvatarController.create(conn, upload.("photo.jpg"))

{:ok, %{format: :webp, width: 256, height: 256}} = Thumbnailer.probe("7.webp")

%{status: 422, resp_body: %{error: "This image" <> _}} =
  MyAppWeb.AvatarController.create(conn, upload.("damaged.jpg"))

# LiveView
{:ok, socket} = MyAppWeb.GalleryLive.mount(%{}, %{}, %Phoenix.LiveView.Socket{})

entries = [
  {%{path: "photo.jpg"}, %{client_name: "a.jpg"}},
  {%{path: "damaged.jpg"}, %{client_name: "b.jpg"}}
]

{:noreply, socket} =
  MyAppWeb.GalleryLive.handle_event("save", %{}, %{socket | uploads: %{photo: entries}})

socket =
  Enum.reduce(1..2, socket, fn _each, socket ->
    receive do
      message ->
        {:noreply, socket} = MyAppWeb.GalleryLive.handle_info(message, socket)
        socket
    after
      30_000 -> raise "no message came"
    end
  end)

%{"a.jpg" => "data:image/webp;base64," <> _, "b.jpg" => :bad_image} =
  Map.new(socket.assigns.thumbs)

true = socket.assigns.waiting == %{}

# Oban
job = fn source ->
  %Oban.Job{args: %{"source" => source, "to" => "oban.webp", "size" => "200x200"}}
end

:ok = MyApp.ThumbnailWorker.perform(job.("photo.jpg"))
{:cancel, _why} = MyApp.ThumbnailWorker.perform(job.("damaged.jpg"))

# Broadway
message = fn source -> %Broadway.Message{data: source} end

%{status: :ok} =
  MyApp.Thumbnails.handle_message(:default, message.("photos/hills.jpg"), File.cwd!())

%{status: {:failed, :not_found}} =
  MyApp.Thumbnails.handle_message(:default, message.("none.jpg"), File.cwd!())

true = File.exists?("hills.jpg")

# Waffle
avatar = %Waffle.File{path: "photo.jpg", file_name: "me.jpg"}
true = MyApp.Avatar.validate({avatar, nil})
false = MyApp.Avatar.validate({%{avatar | path: "animation.gif"}, nil})
{thumb, suffix} = MyApp.Avatar.transform(:thumb, {avatar, nil})
{:ok, %{is_tempfile?: true, path: made}} = thumb.(:thumb, avatar)
{:webp, "me-thumb"} = {suffix.(:thumb, avatar), MyApp.Avatar.filename(:thumb, {avatar, nil})}
{:ok, %{format: :webp, width: 200, height: 200}} = Thumbnailer.probe(made)

# Plug
get = fn path -> MyAppWeb.Thumbs.call(Plug.Conn.request(path), []) end

%{status: 200, resp_body: <<"RIFF", _::binary>>, resp_headers: headers} =
  get.("/thumbs/card/2026/tower.webp")

true = {"content-type", "image/webp"} in headers
%{status: 404} = get.("/thumbs/card/../photo.jpg")
%{status: 404} = get.("/thumbs/huge/hills.jpg")
