defmodule Mix.Tasks.Thumbnailer.ReplayTest do
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Mix.Tasks.Thumbnailer.Replay

  @moduletag :real

  test "says of each request what came of it, and fails when one comes out otherwise", %{
    test: name
  } do
    on = start_instance(name)
    folder = Path.join(folder(), "recording")
    image = Path.join(folder(), "image.jpg")
    File.cp!(sample("photo.jpg"), image)
    {:ok, recording} = Thumbnailer.Recording.start(2, folder, on: on)
    {:ok, _} = Thumbnailer.make(image, 50, on: on)
    {:error, _} = Thumbnailer.make("/there/is/none.jpg", 50, on: on)
    Thumbnailer.Recording.await(recording, 5_000)

    said = capture_io(fn -> Replay.run([folder, "--", "--workers", "1"]) end)

    assert said =~
             ~r/000001 same      then jpeg:50x38 \([\d.]+ ms\), now jpeg:50x38 \([\d.]+ ms\)\n/

    assert said =~ ~r/000002 same      then not_found/
    assert said =~ "2 requests, 0 came out otherwise"

    File.rm!(image)
    said = capture_io(fn -> assert catch_exit(Replay.run([folder])) == {:shutdown, 1} end)
    assert said =~ ~r/000001 DIFFERENT then jpeg:50x38 .* now not_found/
    assert said =~ "2 requests, 1 came out otherwise"
  end

  test "a folder without a recording is said to be none" do
    assert_raise Mix.Error, ~r/holds no recording/, fn -> Replay.run([folder()]) end
    assert_raise Mix.Error, ~r/give one folder/, fn -> Replay.run([]) end
  end
end
