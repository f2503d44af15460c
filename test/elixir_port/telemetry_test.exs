defmodule Thumbnailer.TelemetryTest do
  # With a module that takes telemetry's place, there and gone: what it is told, it tells the test.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Telemetry
  alias Thumbnailer.Telemetry.{Events, Metrics}

  doctest Thumbnailer.Telemetry

  @application {:application, :telemetry,
                [vsn: ~c"0", modules: [], registered: [], applications: [:kernel, :stdlib]]}

  setup do
    Process.register(self(), :telemetry_test)
    on_exit(&remove/0)
    :ok
  end

  defp install do
    Code.compiler_options(ignore_module_conflict: true)

    Code.eval_string("""
    defmodule :telemetry do
      def execute([:thumbnailer | event], measurements, metadata) do
        Thumbnailer.TelemetryTest.check!(event, measurements, metadata)
        if pid = Process.whereis(:telemetry_test), do: send(pid, {event, measurements, metadata, self()})
        :ok
      end
    end
    """)

    :ok = :application.load(@application)
    :ok = Application.start(:telemetry)
  end

  # What may be missing: the times of what was not served, and what is not known of an end or a refusal.
  @optional ~w(queue_time work_time signal exit_status restart_in size source)a

  @doc false
  # Every event that any test here provokes is a row of the table, to the key.
  def check!(event, measurements, metadata) do
    {_event, measured, about, _text} = List.keyfind!(Events.table(), event, 0)
    allowed = measured ++ about
    given = Map.keys(measurements) ++ Map.keys(metadata)
    wrong = {given -- allowed, (allowed -- given) -- @optional}

    if wrong != {[], []} and Process.whereis(:telemetry_test),
      do: send(:telemetry_test, {:not_of_the_table, event, wrong})
  end

  defp assert_of_the_table, do: refute_received({:not_of_the_table, _event, _wrong})

  defp remove do
    Application.stop(:telemetry)
    Application.unload(:telemetry)
    :code.purge(:telemetry)
    :code.delete(:telemetry)
    Telemetry.detect()
  end

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  test "every word of the table is explained, and no other" do
    used =
      for {_event, measured, about, _text} <- Events.table(),
          name <- measured ++ about,
          uniq: true,
          do: name

    assert Enum.sort(used) == Enum.sort(Keyword.keys(Events.words()))
  end

  test "the documentation has the whole table" do
    {:docs_v1, _, _, _, %{"en" => text}, _, _} = Code.fetch_docs(Telemetry)
    for event <- Telemetry.events(), do: assert(text =~ "| `#{inspect(event)}` |")
  end

  test "metrics are made of events, measurements and tags that there are" do
    for {_kind, event, measurement, tags, _unit, _text} <- Metrics.table() do
      {_event, measured, about, _text} = List.keyfind!(Events.table(), event, 0)
      assert measurement in measured
      assert tags -- about == []
      refute :source in tags
    end

    names = for {kind, name, _opts} <- Metrics.calls(), do: {kind, name}
    assert names == Enum.uniq(names)
  end

  test "docs/operations.md lists each metric" do
    listed =
      for "| `thumbnailer." <> _ = line <-
            "docs/operations.md" |> root() |> File.read!() |> String.split("\n"),
          do: line

    expected =
      for {kind, name, opts} <- Metrics.calls() do
        tags = Enum.map_join(opts[:tags], ", ", &"`#{&1}`")
        "| `#{Enum.join(name, ".")}` | #{kind} | #{tags} |"
      end

    assert listed == expected
  end

  test "metrics are what Telemetry.Metrics makes of them" do
    Code.eval_string("""
    defmodule Elixir.Telemetry.Metrics do
      for kind <- [:summary, :counter, :sum] do
        def unquote(kind)(name, opts) do
          [] = Keyword.keys(opts) -- [:event_name, :measurement, :tags, :description, :unit]
          {unquote(kind), name, opts}
        end
      end
    end
    """)

    metrics = Telemetry.metrics()
    assert length(metrics) == length(Metrics.table())

    assert {:summary, [:thumbnailer, :make, :stop, :duration], opts} = hd(metrics)
    assert opts[:unit] == {:native, :millisecond}
    assert opts[:event_name] == [:thumbnailer, :make, :stop]
  after
    :code.purge(:"Elixir.Telemetry.Metrics")
    :code.delete(:"Elixir.Telemetry.Metrics")
  end

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

  test "the program's start and end are told, with what was lost", %{test: name} do
    install()
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid = os_pid(name)

    assert_receive {[:port, :start], %{duration: _}, %{instance: ^name, os_pid: ^os_pid} = start,
                    _}

    assert start.version == "0.0.0"
    caller = Task.async(fn -> make(name) end)
    eventually("it was not sent", fn -> :sys.get_state(name).queue.sent == 1 end)
    signal(os_pid, :KILL)
    assert_receive {[:port, :exit], %{lifetime: lifetime, lost: 1}, metadata, _}, 5_000
    assert %{instance: ^name, os_pid: ^os_pid, restart_in: _, error: :port_exited} = metadata
    assert metadata.signal == :kill
    assert metadata.message =~ "SIGKILL" or metadata.message =~ "kill"
    assert lifetime > 0
    Task.await(caller)
    assert_of_the_table()
  end

  @tag :real
  test "workers start, are recycled and end", %{test: name} do
    install()
    start_instance(name, workers: 1, max_images_per_worker: 1)

    assert_receive {[:worker, :start], %{made: 0}, %{instance: ^name, os_pid: worker}, _}, 5_000
    assert {:ok, _} = Thumbnailer.make(sample("photo.jpg"), 20, on: name)

    assert_receive {[:worker, :recycle], %{made: 1},
                    %{os_pid: ^worker, reason: :max_images_per_worker}, _},
                   5_000

    assert_receive {[:worker, :exit], %{made: 1}, %{os_pid: ^worker, exit_status: 0}, _}, 5_000

    assert_receive {[:worker, :start], _, %{os_pid: next}, _}, 5_000
    signal(next, :SEGV)
    assert_receive {[:worker, :exit], %{made: 0}, %{os_pid: ^next, signal: :segv}, _}, 5_000
    assert_of_the_table()
  end

  test "a handler that never returns stalls neither the instance nor its callers", %{test: name} do
    install()

    Code.eval_string("""
    defmodule :telemetry do
      def execute([:thumbnailer, :port | _], _measurements, _metadata), do: Process.sleep(:infinity)
      def execute(_event, _measurements, _metadata), do: :ok
    end
    """)

    start_fake(name, "echo")
    os_pid = os_pid(name)
    assert {:ok, _} = make(name)
    signal(os_pid, :KILL)
    eventually("it was not started again", fn -> match?({:ok, _}, make(name)) end)
    assert os_pid(name) != os_pid
    # What could not be told is kept, up to a limit.
    assert %{running: monitor, count: 2} = :sys.get_state(name).reporter
    assert is_reference(monitor)
  end

  test "what is logged has the instance, the process and the reason as metadata", %{test: name} do
    start_fake(name, "echo")
    os_pid = os_pid(name)

    log =
      ExUnit.CaptureLog.capture_log(
        [metadata: [:domain, :thumbnailer, :os_pid, :reason, :signal]],
        fn ->
          signal(os_pid, :KILL)
          # Asking the program itself would be a write to a closed pipe, and its end another.
          eventually("it is up still", fn -> :sys.get_state(name).restarts == 1 end)
        end
      )

    assert log =~ "domain=elixir.thumbnailer"
    assert log =~ "os_pid=#{os_pid}"
    assert log =~ "reason=port_exited"
    assert log =~ "signal=kill"
    assert log =~ "thumbnailer=#{name}"
  end
end
