defmodule Thumbnailer.Features.StreamTest do
  # Sources that are enumerables, on the real program.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  @moduletag :real

  setup context do
    {:ok, on: start_instance(context.test, workers: 1)}
  end

  defp photo, do: File.read!(sample("photo.jpg"))
  defp chunks(bytes, size), do: for(<<chunk::binary-size(size) <- bytes>>, do: chunk)
  defp program(on), do: elem(Thumbnailer.stats(on), 1).program

  # Nothing of a request is left: not in the server, not in the program.
  defp assert_clean(on) do
    eventually("a stream is left", fn -> program(on).streams == 0 end)
    eventually("a request is left", fn -> map_size(:sys.get_state(on).queue.entries) == 0 end)
    assert :sys.get_state(on).pings == %{}
  end

  test "a file stream makes what its path makes, by bytes and by lines", %{on: on} do
    made = Thumbnailer.make(sample("photo.jpg"), 100, on: on)
    assert {:ok, %Thumbnail{}} = made
    assert Thumbnailer.make(File.stream!(sample("photo.jpg"), [], 1_000), 100, on: on) == made
    assert Thumbnailer.make(File.stream!(sample("photo.jpg")), 100, on: on) == made
    assert_clean(on)
  end

  test "a file stream by lines keeps its line ends", %{on: on} do
    path = Path.join(folder(), "lines.svg")
    svg = ~s(<svg xmlns="http://www.w3.org/2000/svg"\r\nwidth="20"\r\nheight="10"/>\r\n)
    File.write!(path, svg)
    {:ok, recording} = Thumbnailer.Recording.start(1, folder() <> "/recorded", on: on)
    assert {:ok, %{width: 20}} = Thumbnailer.probe(File.stream!(path), on: on)
    assert %{folder: recorded, written: 1} = Thumbnailer.Recording.await(recording, 5_000)
    assert File.read!(Path.join(recorded, "000001.request.etf")) =~ svg
  end

  test "lists, streams and functions are sources", %{on: on} do
    bytes = photo() <> :binary.copy(<<0>>, 1_000)
    made = Thumbnailer.make({:bytes, bytes}, 100, on: on)

    for source <- [
          [bytes],
          Stream.map(chunks(bytes, 10), & &1),
          &Enumerable.reduce([bytes], &1, &2)
        ] do
      assert {:ok, %{width: 100}} = Thumbnailer.make(source, 100, on: on)
    end

    assert Thumbnailer.make([bytes], 100, on: on) == made
  end

  test "a probe reads a stream", %{on: on} do
    assert {:ok, %{format: :jpeg, width: 640}} = Thumbnailer.probe([photo()], on: on)
  end

  test "more streams than workers, all slow, keep nobody else waiting", %{on: on} do
    parent = self()

    feeders =
      for _ <- 1..10 do
        Task.async(fn ->
          slow =
            Stream.concat([Stream.map([photo()], fn bytes -> gate(parent) && bytes end), [""]])

          Thumbnailer.make(slow, 50, on: on)
        end)
      end

    gates = for _ <- 1..10, do: assert_receive({:at_gate, pid}, 5_000) && pid
    assert {:ok, %Thumbnail{}} = Thumbnailer.make(sample("photo.jpg"), 50, on: on, timeout: 5_000)
    for pid <- gates, do: send(pid, :go)
    assert Enum.all?(Task.await_many(feeders), &match?({:ok, %Thumbnail{}}, &1))
    assert_clean(on)
  end

  defp gate(parent) do
    send(parent, {:at_gate, self()})
    receive do: (:go -> true)
  end

  test "no more streams are sent than may be; the others wait", context do
    on = start_instance(:"#{context.test} one", max_streams: 1)
    parent = self()

    feeders =
      for _ <- 1..3 do
        Task.async(fn ->
          Thumbnailer.make(Stream.map([photo()], &(gate(parent) && &1)), 50, on: on)
        end)
      end

    for _ <- 1..3 do
      assert_receive {:at_gate, pid}, 5_000
      refute_received {:at_gate, _second}
      assert program(on).streams == 1
      send(pid, :go)
    end

    assert Enum.all?(Task.await_many(feeders), &match?({:ok, %Thumbnail{}}, &1))
  end

  test "a stream over the limit of the program fails, and no more is read of it", context do
    on = start_instance(:"#{context.test} small", max_source_bytes: 1_000_000)
    parent = self()
    endless = Stream.repeatedly(fn -> send(parent, :read) && :binary.copy("x", 65_536) end)
    assert {:error, %Error{reason: :too_large}} = Thumbnailer.make(endless, 50, on: on)
    assert read(0) <= 18
    assert_clean(on)
  end

  defp read(count) do
    receive do
      :read -> read(count + 1)
    after
      0 -> count
    end
  end

  test "a stream is read as fast as the program takes it, one chunk ahead", %{on: on} do
    parent = self()
    os_pid = os_pid(on)
    signal(os_pid, :STOP)

    numbered =
      Stream.map(1..100, fn n -> send(parent, {:read, n}) && :binary.copy("x", 65_536) end)

    feeder = Task.async(fn -> Thumbnailer.make(numbered, 50, on: on) end)
    assert_receive {:read, 1}, 5_000
    refute_receive {:read, 3}, 200
    signal(os_pid, :CONT)
    assert_receive {:read, 100}, 5_000
    assert {:error, %Error{reason: :unsupported_format}} = Task.await(feeder)
  end

  test "what a stream raises, throws or exits with is its caller's, and the request is gone", %{
    on: on
  } do
    raising = Stream.concat([photo()], Stream.map([1], fn _ -> raise "broken" end))
    assert_raise RuntimeError, "broken", fn -> Thumbnailer.make(raising, 50, on: on) end
    throwing = Stream.map([1], fn _ -> throw(:ball) end)
    assert catch_throw(Thumbnailer.make(throwing, 50, on: on)) == :ball

    assert_raise ArgumentError, ~r/yield binaries, got: 1/, fn ->
      Thumbnailer.make(1..3, 50, on: on)
    end

    assert_clean(on)
    assert program(on).cancelled == 3
  end

  test "a caller that dies takes its stream with it", %{on: on} do
    parent = self()

    feeder =
      spawn(fn -> Thumbnailer.make(Stream.map([photo()], &(gate(parent) && &1)), 50, on: on) end)

    assert_receive {:at_gate, ^feeder}, 5_000
    assert program(on).streams == 1
    Process.exit(feeder, :kill)
    assert_clean(on)
    assert program(on).cancelled == 1
  end

  test "a stream that is too slow is a timeout, and is told so with its next chunk", %{on: on} do
    parent = self()
    slow = Stream.map([photo(), photo()], &(gate(parent) && &1))
    # Its time begins when the program is up.
    os_pid(on)
    feeder = Task.async(fn -> Thumbnailer.make(slow, 50, on: on, timeout: 300) end)
    assert_receive {:at_gate, pid}, 5_000
    eventually("the request did not time out", fn -> program(on).timed_out == 1 end)
    send(pid, :go)
    send(pid, :go)
    assert {:error, %Error{reason: :timeout}} = Task.await(feeder)
    assert_clean(on)
  end

  test "a program that dies ends the stream, and the next call succeeds", %{on: on} do
    parent = self()
    endless = Stream.repeatedly(fn -> gate(parent) && "bytes" end)

    feeder =
      Task.async(fn ->
        Thumbnailer.make(endless |> Stream.map(&:binary.copy(&1, 20_000)), 50, on: on)
      end)

    assert_receive {:at_gate, pid}, 5_000
    os_pid = os_pid(on)
    signal(os_pid, :KILL)

    eventually("the program is not up again", fn ->
      program(on) != nil and os_pid(on) != os_pid
    end)

    send(pid, :go)
    assert {:error, %Error{reason: :port_exited}} = Task.await(feeder)
    assert {:ok, %Thumbnail{}} = Thumbnailer.make([photo()], 50, on: on)
    assert_clean(on)
  end

  test "many streams at once each get their own answer", %{on: on} do
    made = all_at_once(1..100, &Thumbnailer.make(chunks(photo() <> "padding", 7), &1, on: on))
    assert Enum.map(made, fn {:ok, thumbnail} -> thumbnail.width end) == Enum.to_list(1..100)
    assert_clean(on)
  end

  test "an empty stream is an empty source", %{on: on} do
    assert {:error, %Error{reason: :empty_source}} = Thumbnailer.make([""], 50, on: on)
  end

  test "a small max_request_bytes is no limit to a stream", context do
    on = start_instance(:"#{context.test} small", max_request_bytes: 1_024)
    assert {:error, %Error{reason: :too_large}} = Thumbnailer.make({:bytes, photo()}, 50, on: on)
    assert {:ok, %Thumbnail{}} = Thumbnailer.make([photo()], 50, on: on)
  end
end
