defmodule Thumbnailer.TelemetryTest do
  # With a module that takes telemetry's place, there and gone: what it is told, it tells the test.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures
  import Thumbnailer.TelemetryStandIn

  alias Thumbnailer.Telemetry

  doctest Thumbnailer.Telemetry

  setup do
    listen()
  end

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  test "without :telemetry nothing is sent, and the program is not asked for events", %{
    test: name
  } do
    start_fake(name, "shows_arguments")
    {:ok, %{version: flags}} = Thumbnailer.info(name)
    refute flags =~ "--events"
    refute Telemetry.on?()
    make(name, timeout: 100)
    refute_received {_event, _measurements, _metadata, _pid}
  end

  test "a module without its application is not enough" do
    install()
    Application.stop(:telemetry)
    refute Telemetry.detect()
    Application.start(:telemetry)
    assert Telemetry.detect()
    assert_of_the_table()
  end

  test "a call that is served starts and stops, in its own process", %{test: name} do
    install()
    start_fake(name, "echo")
    assert {:ok, _} = make(name)
    me = self()
    assert_received {[:make, :start], %{system_time: _, monotonic_time: _}, start, ^me}
    assert_received {[:make, :stop], %{duration: duration, monotonic_time: _}, stop, ^me}
    assert %{instance: ^name, source: :bytes, outputs: 1, telemetry_span_context: context} = start
    assert %{instance: ^name, telemetry_span_context: ^context} = stop
    assert duration > 0
    assert %{result: :ok, error: nil} = stop
    refute_received {[:make, _], _, _, _}
    assert_of_the_table()
  end

  @tag :real
  test "a call that is served says what was made, and how long it waited and was worked on", %{
    test: name
  } do
    install()
    start_instance(name, workers: 1)

    for source <- [sample("photo.jpg"), File.stream!(sample("photo.jpg"))] do
      assert {:ok, thumbnail} = Thumbnailer.make(source, 40, on: name)
      assert_received {[:make, :stop], measurements, metadata, _}
      assert %{bytes: bytes, pixels: pixels, made: 1, failed: 0} = measurements
      assert {bytes, pixels} == {thumbnail.bytes, thumbnail.width * thumbnail.height}
      assert measurements.queue_time >= 0 and measurements.work_time > 0
      assert measurements.queue_time + measurements.work_time <= measurements.duration
      assert %{format: :jpeg, result: :ok, error: nil} = metadata
    end

    assert_of_the_table()
  end

  @tag :real
  test "of several thumbnails those that failed are counted, and the first reason said", %{
    test: name
  } do
    install()
    start_instance(name, workers: 1)
    outputs = [{40, format: :webp}, {400, max_bytes: 100}, 20]

    assert {:ok, [{:ok, _}, {:error, %{reason: reason}}, {:ok, _}]} =
             Thumbnailer.make_many(sample("photo.jpg"), outputs, on: name)

    assert_received {[:make, :stop], %{made: 2, failed: 1}, metadata, _}
    assert %{result: :ok, error: ^reason, format: :several, outputs: 3} = metadata
    assert_of_the_table()
  end

  test "a call that fails stops with the reason of its error, and is no exception", %{test: name} do
    install()
    start_fake(name, "exits_on_request")
    assert {:error, error} = Thumbnailer.make_many("/a.jpg", [1, 2], on: name)
    assert_received {[:make, :start], _, %{source: "/a.jpg", outputs: 2}, _}
    assert_received {[:make, :stop], %{duration: _, failed: 1, made: 0} = times, metadata, _}
    assert %{result: :error, format: nil, source: "/a.jpg"} = metadata
    assert metadata.error == error.reason
    refute is_map_key(times, :work_time)
    refute_received {[:make, :exception], _, _, _}
    assert_of_the_table()
  end

  test "what a source raises is an exception", %{test: name} do
    install()
    start_fake(name, "echo")
    source = Stream.map([1], fn _ -> raise "no disk" end)
    assert_raise RuntimeError, fn -> Thumbnailer.make(source, 10, on: name) end
    assert_received {[:make, :exception], %{duration: _}, metadata, _}
    assert %{kind: :error, reason: %RuntimeError{}, stacktrace: [_ | _]} = metadata
    refute_received {[:make, :stop], _, _, _}
    assert_of_the_table()
  end

  @tag :real
  test "reading a header is a call, too", %{test: name} do
    install()
    start_instance(name, workers: 1)
    assert {:ok, _image} = Thumbnailer.probe(sample("photo.jpg"), on: name)
    assert_received {[:probe, :start], %{system_time: _}, %{instance: ^name}, _}
    assert_received {[:probe, :stop], %{work_time: _}, %{result: :ok, format: :jpeg}, _}
    assert {:error, _error} = Thumbnailer.probe(sample("missing.jpg"), on: name)
    assert_received {[:probe, :stop], _, %{result: :error, error: :not_found, format: nil}, _}
    assert_of_the_table()
  end

  @tag :real
  test "the plug says what it did", %{test: name} do
    install()
    start_instance(name, workers: 1)

    plug =
      Thumbnailer.Plug.init(
        root: Path.dirname(sample("photo.jpg")),
        sizes: [small: 60],
        options: [on: name],
        cache: folder()
      )

    get = fn path, headers -> Thumbnailer.Plug.call(Plug.Conn.request(path, headers), plug) end

    made = get.("/small/photo.jpg", [])
    assert_received {[:plug, :made], %{duration: _, bytes: bytes}, about, _}
    assert bytes == byte_size(made.resp_body)
    assert %{size: :small, format: :jpeg, status: 200} = about

    get.("/small/photo.jpg", [])
    assert_received {[:plug, :hit], %{bytes: ^bytes}, %{format: :jpeg, status: 200}, _}
    get.("/small/photo.jpg", [{"if-none-match", "*"}])
    assert_received {[:plug, :not_modified], %{duration: _}, %{size: :small, status: 304}, _}
    get.("/huge/photo.jpg", [])
    assert_received {[:plug, :refused], %{duration: _}, %{error: nil, status: 404}, _}
    get.("/small/not_an_image.jpg", [])
    assert_received {[:plug, :refused], _, %{error: :unsupported_format, status: 415}, _}
    assert_of_the_table()
  end

  test "async/3 and stream/3 are calls like any other", %{test: name} do
    install()
    start_fake(name, "echo")
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: name)
    assert_receive {^ref, {:ok, _}}, 5_000
    assert_receive {[:make, :stop], _, _, _}
    [{:bytes, "x"}] |> Thumbnailer.stream(1, on: name) |> Stream.run()
    assert_receive {[:make, :stop], _, _, _}
    assert_of_the_table()
  end
end
