defmodule Thumbnailer.Recording.RecorderTest do
  # Recordings of the real program, and their replay.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Recording}
  alias Thumbnailer.Recording.Replay

  @moduletag :real

  setup context do
    {:ok, on: start_instance(context.test, workers: 2), folder: Path.join(folder(), "recording")}
  end

  defp good(on), do: {:ok, _} = Thumbnailer.make(sample("photo.jpg"), 50, on: on)
  defp bad(on), do: {:error, _} = Thumbnailer.make("/there/is/none.jpg", 50, on: on)

  defp index(folder) do
    [_header | rows] =
      folder |> Path.join("index.tsv") |> File.read!() |> String.split("\n", trim: true)

    Enum.map(rows, &String.split(&1, "\t"))
  end

  defp outcomes(folder),
    do: for([_number, _id, _operation, outcome | _rest] <- index(folder), do: outcome)

  test "writes the next requests and replies, as many as were asked for, and ends", %{
    on: on,
    folder: folder
  } do
    good(on)
    {:ok, recording} = Thumbnailer.Recording.start(2, folder, on: on)
    good(on)
    bad(on)

    assert %{written: 2, bytes: bytes, skipped: 0, folder: ^folder, ended: :count} =
             Recording.await(recording, 5_000)

    assert Recording.await(recording) == nil
    sizes = for path <- Path.wildcard(Path.join(folder, "*.etf")), do: File.stat!(path).size
    assert bytes == Enum.sum(sizes)
    good(on)

    assert Enum.sort(File.ls!(folder)) ==
             ~w(000001.reply.etf 000001.request.etf 000002.reply.etf 000002.request.etf index.tsv)

    assert [["000001", id, "make", "ok", ms, _, _], ["000002", _, "make", "not_found" | _]] =
             index(folder)

    assert String.to_integer(id) > 0
    assert String.to_float(ms) > 0
    assert :sys.get_state(on).tracer == nil
  end

  test "only errors are kept when only they are asked for, those of a single output too", %{
    on: on,
    folder: folder
  } do
    {:ok, recording} = Thumbnailer.Recording.start(3, folder, only: :errors, on: on)
    good(on)
    bad(on)
    good(on)
    to = "/there/is/none.jpg"

    {:ok, [{:ok, _}, {:error, _}]} =
      Thumbnailer.make_many(sample("photo.jpg"), [50, {60, to: to}], on: on)

    assert %{written: 2, ended: :stopped} = Recording.stop(recording)
    assert outcomes(folder) == ["not_found", "write_failed"]
  end

  test "a recorded request can be piped to the program as it is", %{on: on, folder: folder} do
    {:ok, recording} = Thumbnailer.Recording.start(1, folder, on: on)

    {:ok, %{data: data}} =
      Thumbnailer.make({:bytes, File.read!(sample("photo.jpg"))}, 50, format: :png, on: on)

    Recording.await(recording, 5_000)
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    request = Path.join(folder, "000001.request.etf")
    {answers, 0} = System.cmd("/bin/sh", ["-c", ~s("#{program}" < "#{request}")])
    assert String.contains?(answers, data)
  end

  test "a stream is recorded with its chunks, and replayed", %{on: on, folder: folder} do
    {:ok, recording} = Thumbnailer.Recording.start(1, folder, on: on)
    {:ok, _} = Thumbnailer.make(File.stream!(sample("photo.jpg"), [], 5_000), 50, on: on)
    Recording.await(recording, 5_000)

    assert File.stat!(Path.join(folder, "000001.request.etf")).size >
             File.stat!(sample("photo.jpg")).size

    {:ok, program} = Thumbnailer.Port.Executable.find(nil)

    assert [%{same?: true, now: "jpeg:50x38"}] =
             folder |> Replay.stream(program) |> Enum.to_list()
  end

  test "a replay says what comes out otherwise", %{on: on, folder: folder} do
    image = Path.join(folder(), "image.jpg")
    File.cp!(sample("photo.jpg"), image)
    {:ok, recording} = Thumbnailer.Recording.start(4, folder, on: on)
    {:ok, _} = Thumbnailer.make(image, 50, on: on)
    {:ok, _} = Thumbnailer.make(image, 60, to: Path.join(folder(), "made.jpg"), on: on)
    {:ok, _} = Thumbnailer.probe(image, on: on)
    {:error, _} = Thumbnailer.make(sample("truncated.jpg"), 70, on: on)
    Recording.await(recording, 5_000)
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    results = folder |> Replay.stream(program) |> Enum.to_list()
    assert Enum.map(results, & &1.same?) == [true, true, true, true]
    assert List.last(results).now == "bad_image"

    File.rm!(image)
    results = folder |> Replay.stream(program, ["--workers=1"]) |> Enum.to_list()
    assert Enum.map(results, & &1.same?) == [false, false, false, true]
    assert %{name: "000001", then: "jpeg:50x38", now: "not_found"} = hd(results)
  end

  test "a replay writes no files that the recorded requests wrote", %{on: on, folder: folder} do
    to = Path.join(folder(), "made.webp")
    {:ok, recording} = Thumbnailer.Recording.start(1, folder, on: on)
    {:ok, _} = Thumbnailer.make(sample("photo.jpg"), 60, to: to, on: on)
    Recording.await(recording, 5_000)
    File.rm!(to)
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    assert [%{same?: true}] = folder |> Replay.stream(program) |> Enum.to_list()
    refute File.exists?(to)
  end

  test "a request that dies with the program is recorded without a reply", %{
    on: on,
    folder: folder
  } do
    {:ok, recording} = Thumbnailer.Recording.start(1, folder, on: on)

    stuck =
      Stream.resource(
        fn -> os_pid(on) end,
        fn pid -> signal(pid, :KILL) && {["x"], pid} end,
        fn _ -> :ok end
      )

    big = Stream.map(stuck, &:binary.copy(&1, 70_000))
    {:error, %Error{reason: :port_exited}} = Thumbnailer.make(big, 50, on: on)
    assert %{written: 1, ended: :count} = Recording.await(recording, 5_000)
    assert outcomes(folder) == ["port_exited"]
    assert Enum.sort(File.ls!(folder)) == ~w(000001.request.etf index.tsv)
  end

  test "ends when its bytes are used up, and leaves whole files only", %{on: on, folder: folder} do
    {:ok, recording} = Thumbnailer.Recording.start(100, folder, on: on, max_bytes: 50_000)
    monitor = Process.monitor(recording.pid)
    bytes = File.read!(sample("photo.jpg"))
    for _ <- 1..10, do: Thumbnailer.make({:bytes, bytes}, 50, on: on)

    assert_receive {:DOWN, ^monitor, _, _, {:shutdown, %{ended: :max_bytes, bytes: written}}},
                   5_000

    assert written in 1..50_000
    refute Enum.any?(File.ls!(folder), &String.ends_with?(&1, ".part"))
  end

  test "a request that is larger than all of the recording is left out", %{on: on, folder: folder} do
    {:ok, recording} = Thumbnailer.Recording.start(100, folder, on: on, max_bytes: 1_000)
    {:ok, _} = Thumbnailer.make({:bytes, File.read!(sample("photo.jpg"))}, 50, on: on)
    {:ok, _} = Thumbnailer.make([File.read!(sample("photo.jpg"))], 50, on: on)
    assert %{written: 0, skipped: 2} = Recording.stop(recording)
  end

  test "ends with its time, with its caller, and with the instance", %{on: on, folder: folder} do
    ended = fn recording ->
      monitor = Process.monitor(recording.pid)
      assert_receive {:DOWN, ^monitor, _, _, {:shutdown, %{ended: ended}}}, 5_000
      ended
    end

    {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "1", on: on, timeout: 500)
    assert ended.(recording) == :timeout

    parent = self()

    caller =
      spawn(fn ->
        {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "2", on: on)
        send(parent, {:recording, recording})
        Process.sleep(:infinity)
      end)

    assert_receive {:recording, recording}, 5_000
    monitor = Process.monitor(recording.pid)
    Process.exit(caller, :kill)
    assert_receive {:DOWN, ^monitor, _, _, {:shutdown, %{ended: :caller}}}, 5_000

    {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "3", on: on)
    monitor = Process.monitor(recording.pid)
    Process.exit(Process.whereis(on), :kill)
    assert_receive {:DOWN, ^monitor, _, _, {:shutdown, %{ended: :instance}}}, 5_000
  end

  test "an instance has one recording at a time, and then the next", %{on: on, folder: folder} do
    {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "1", on: on)

    assert {:error, %Error{reason: :overloaded}} =
             Thumbnailer.Recording.start(1, folder <> "2", on: on)

    assert %{written: 0} = Recording.stop(recording)
    assert {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "3", on: on)
    assert %{written: 0} = Recording.stop(recording)
    assert Recording.stop(recording) == nil
  end

  test "a folder that is not empty is refused and left alone; a new one is private", %{
    on: on,
    folder: folder
  } do
    File.mkdir_p!(folder)
    File.write!(Path.join(folder, "mine"), "")

    assert {:error, %Error{reason: :write_failed, message: message}} =
             Thumbnailer.Recording.start(1, folder, on: on)

    assert message =~ "is not empty"
    assert File.ls!(folder) == ["mine"]
    {:ok, recording} = Thumbnailer.Recording.start(1, folder <> "2", on: on)
    assert Bitwise.band(File.stat!(folder <> "2").mode, 0o777) == 0o700
    Recording.stop(recording)
  end

  test "what is wrong with the arguments is said", %{on: on} do
    for {count, folder, opts, message} <- [
          {0, "x", [], ~r/count: 0 is not accepted; it takes an integer from 1/},
          {1, nil, [], ~r/folder: nil/},
          {1, "x", [only: :failures],
           ~r/only: :failures is not accepted; it takes :all or :errors/},
          {1, "x", [max_bytes: 0], ~r/max_bytes: 0/},
          {1, "x", [timeout: :infinity], ~r/timeout: :infinity/},
          {1, "x", [bytes: 5], ~r/unknown option :bytes; accepted are :on/}
        ] do
      assert_raise ArgumentError, message, fn ->
        Thumbnailer.Recording.start(count, folder, [on: on] ++ opts)
      end
    end
  end
end
