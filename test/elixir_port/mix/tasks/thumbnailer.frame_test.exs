defmodule Mix.Tasks.Thumbnailer.FrameTest do
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Mix.Tasks.Thumbnailer.Frame

  # Run as a task would be, but into a file: what is written to stdout is tested as a process below.
  defp frame(arguments) do
    path = Path.join(folder(), "request.etf")
    Frame.run(arguments ++ ["--out", path])
    <<length::32, payload::binary>> = File.read!(path)
    assert byte_size(payload) == length
    :erlang.binary_to_term(payload)
  end

  test "a file and a size become a request for a thumbnail of that file" do
    path = sample("photo.jpg")

    assert frame([path, "200x100", "--format", "webp", "--quality", "70"]) ==
             {:make, 1,
              %{
                timeout: 30_000,
                outputs: [%{width: 200, height: 100, format: :webp, quality: 70}]
              }, {:path, path}}
  end

  test "several sizes are several outputs; id and deadline can be chosen, and the bytes taken along" do
    path = sample("one_pixel.png")

    assert {:make, 7, %{timeout: 50, outputs: [%{width: 9}, %{height: 8}]}, {:bytes, bytes}} =
             frame([path, "9x", "x8", "--id", "7", "--timeout", "50", "--bytes"])

    assert bytes == File.read!(path)
  end

  test "the help names each flag as it is written" do
    flags = Regex.scan(~r/`(--[^`]+)`/, Mix.Task.moduledoc(Frame), capture: :all_but_first)
    assert ["--overlay-gravity"] in flags
    for [flag] <- flags, do: refute(flag =~ "_")
  end

  test "what is wrong is said, and nothing is written" do
    for {arguments, message} <- [
          {[sample("photo.jpg")], ~r/give a file and a size/},
          {["/there/is/none.jpg", "9"], ~r/none.jpg is not a file/},
          {[sample("photo.jpg"), "nine"], ~r/nine/},
          {[sample("photo.jpg"), "9", "--quality", "101"], ~r/--quality 101: it takes/}
        ] do
      assert capture_io(fn -> assert_raise Mix.Error, message, fn -> Frame.run(arguments) end end) ==
               ""
    end
  end

  @tag :real
  test "what the task writes to stdout is what the program reads" do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    # Bytes above 127 pass as they are.
    task = ~s(mix thumbnailer.frame "#{sample("photo.jpg")}" 50 --bytes)
    command = ~s(#{task} | "#{program}" explain)

    {said, 0} =
      System.cmd("/bin/sh", ["-c", command],
        cd: root("elixir_port"),
        env: [{"MIX_ENV", "test"}, {"THUMBNAILER_EXECUTABLE", program}]
      )

    assert said =~
             "make 1 from #{File.stat!(sample("photo.jpg")).size} bytes of jpeg in the frame; within 30000 ms"
  end
end
