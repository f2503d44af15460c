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

# A second "save" while the first one is under way, and what the form sends while files are chosen.
twice =
  Enum.reduce(["photo.jpg", "logo.png"], socket, fn path, socket ->
    uploads = %{photo: [{%{path: path}, %{client_name: path}}]}

    {:noreply, socket} =
      MyAppWeb.GalleryLive.handle_event("save", %{}, %{socket | uploads: uploads})

    socket
  end)

2 = map_size(twice.assigns.waiting)
{:noreply, ^twice} = MyAppWeb.GalleryLive.handle_event("validate", %{}, twice)

{:noreply, %Phoenix.LiveView.Socket{}} =
  MyAppWeb.GalleryLive.handle_event("cancel", %{"ref" => "0"}, twice)

twice =
  Enum.reduce(1..2, twice, fn _each, socket ->
    receive do
      message ->
        {:noreply, socket} = MyAppWeb.GalleryLive.handle_info(message, socket)
        socket
    after
      30_000 -> raise "no message came"
    end
  end)

4 = length(twice.assigns.thumbs)

# Oban
job = fn source, to, age ->
  %Oban.Job{
    args: %{"source" => source, "to" => to, "size" => "200x200"},
    inserted_at: DateTime.add(DateTime.utc_now(), -age)
  }
end

:ok = MyApp.ThumbnailWorker.perform(job.("photo.jpg", "oban.webp", 0))
{:cancel, _why} = MyApp.ThumbnailWorker.perform(job.("damaged.jpg", "oban.webp", 0))
# A folder that is missing may be there at the next attempt.
{:error, _why} = MyApp.ThumbnailWorker.perform(job.("photo.jpg", "missing/oban.webp", 0))

# The table of the text and the code agree for each reason, and no job snoozes for ever.
told =
  for "| `" <> _ = line <-
        "docs/recipes.md" |> Thumbnailer.Fixtures.root() |> File.read!() |> String.split("\n"),
      [_, reasons, what | _] = String.split(line, "|"),
      what =~ "is cancelled" or what =~ "is snoozed" or what =~ "is retried",
      [_, reason] <- Regex.scan(~r/`(\w+)`/, reasons),
      into: %{},
      do:
        {String.to_existing_atom(reason),
         what |> String.split() |> Enum.take(2) |> Enum.join(" ")}

for {reason, _from, _meaning} <- Thumbnailer.Error.table() do
  outcome = fn age -> MyApp.ThumbnailWorker.decide(Thumbnailer.Error.new(reason, "why"), age) end

  case Map.get(told, reason, "fails and") do
    "is cancelled" -> {:cancel, "why"} = outcome.(0)
    "is snoozed," -> {{:snooze, 30}, {:error, "why"}} = {outcome.(0), outcome.(3_600)}
    "fails and" -> {:error, "why"} = outcome.(0)
  end
end

# Broadway
message = fn source -> %Broadway.Message{data: source} end

for source <- ["photos/hills.jpg", "drawing.svg"] do
  File.cp!(Thumbnailer.Fixtures.sample("quadrants.svg"), "drawing.svg")
  %{status: :ok} = MyApp.Thumbnails.handle_message(:default, message.(source), File.cwd!())
end

%{status: {:failed, :not_found}} =
  MyApp.Thumbnails.handle_message(:default, message.("none.jpg"), File.cwd!())

true = File.exists?("hills.webp") and File.exists?("drawing.webp")

# S3
{:ok, _started} = Application.ensure_all_started(:inets)
{:ok, _started} = Application.ensure_all_started(:ssl)
photo = File.read!("photo.jpg")
bucket = Thumbnailer.Bucket.start(%{"/photo.jpg" => photo})

{:ok, %{format: :webp, data: nil}} =
  MyApp.S3.thumbnail(bucket <> "/photo.jpg?signed", bucket <> "/small.webp?signed")

{:ok, %{format: :webp, width: 400}} =
  Thumbnailer.probe({:bytes, Thumbnailer.Bucket.get("/small.webp")})

true =
  try do
    MyApp.S3.thumbnail(bucket <> "/gone.jpg", bucket <> "/small.webp")
  rescue
    error in RuntimeError -> error.message == "S3 answered 404"
  end

# Files on a volume
Application.put_env(:my_app, :media, Path.join(File.cwd!(), "media"))
{:ok, %{path: thumb, width: 400, height: 400}} = MyApp.Media.save("photo.jpg", 12_345)
true = thumb == Path.join(File.cwd!(), "media/345/12345.thumb.webp")
true = File.read!("media/345/12345.jpg") == photo
{:error, %{reason: :bad_image}} = MyApp.Media.save("damaged.jpg", 12_346)

# Waffle
avatar = %Waffle.File{path: "photo.jpg", file_name: "me.jpg"}
true = MyApp.Avatar.validate({avatar, nil})
false = MyApp.Avatar.validate({%{avatar | path: "animation.gif"}, nil})
{thumb, suffix} = MyApp.Avatar.transform(:thumb, {avatar, nil})
{:ok, %{is_tempfile?: true, path: made}} = thumb.(:thumb, avatar)
{:webp, "me-thumb"} = {suffix.(:thumb, avatar), MyApp.Avatar.filename(:thumb, {avatar, nil})}
{:ok, %{format: :webp, width: 200, height: 200}} = Thumbnailer.probe(made)

# Plug
get = fn path -> MyAppWeb.Thumbs.call(Plug.Conn.request(path), MyAppWeb.Thumbs.init([])) end

%{status: 200, resp_body: <<"RIFF", _::binary>>, resp_headers: headers} =
  get.("/thumbs/card/2026/tower.webp")

true = {"content-type", "image/webp"} in headers
%{status: 404} = get.("/thumbs/card/../photo.jpg")
%{status: 404} = get.("/thumbs/huge/hills.jpg")
