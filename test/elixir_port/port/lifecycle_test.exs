defmodule Thumbnailer.Port.LifecycleTest do
  # Decisions alone: no program is started.
  use ExUnit.Case, async: true

  alias Thumbnailer.Error
  alias Thumbnailer.Port.{Backoff, Lifecycle}

  @second 1_000_000

  # A port stands for a session; nothing is done with it.
  defp up(life \\ %Lifecycle{max_reply_bytes: 1_000, start_timeout: 5_000}, now) do
    {life, [{:start, _executable, []}]} = Lifecycle.start(life)
    {life, _effects} = Lifecycle.started(life, {:ok, {hd(Port.list()), 7, self()}}, now)
    {life, [{:report, {:started, 7, _hello, 0}}]} = Lifecycle.up(life, %{workers: 1}, now)
    life
  end

  defp delay(effects) do
    assert {:send_after, :restart, delay} = List.last(effects)
    delay
  end

  # The end of a program that lived for `seconds`, after `before` others that ended likewise.
  defp delay_after(before, seconds, answered?) do
    Enum.reduce(0..before, {%Lifecycle{max_reply_bytes: 1_000, start_timeout: 5_000}, 0}, fn _n,
                                                                                             {life,
                                                                                              _delay} ->
      life = %{up(life, 0) | answered?: answered?}
      {life, effects} = Lifecycle.exited(life, 1, 0, seconds * @second)
      {life, delay(effects)}
    end)
    |> elem(1)
  end

  test "a lazy program starts when it is needed, once" do
    life = %Lifecycle{
      max_reply_bytes: 1_000,
      start_timeout: 5_000,
      executable: "/x",
      arguments: ["-v"]
    }

    assert {%{state: :starting} = life, [{:start, "/x", ["-v"]}]} = Lifecycle.wake(life)
    assert {^life, []} = Lifecycle.wake(life)
  end

  test "a program that served and ended is started again at once" do
    assert delay_after(8, 2, true) <= 100
  end

  test "a program that says hello, serves nothing and ends every few seconds is started more and more rarely" do
    assert delay_after(8, 2, false) > 10_000
    assert delay_after(20, 2, false) <= Backoff.longest()
  end

  test "a program that lived for a minute had a good start, whatever it did" do
    assert delay_after(8, 61, false) <= 100
  end

  test "a program that is killed has the first reason, and its port is closed when it does not end" do
    life = up(0)
    session = life.session

    assert {%{state: :dying} = life,
            [{:kill, ^session}, {:send_after, {:force_close, ^session}, 300}]} =
             Lifecycle.kill(life, :bad_reply, "it lied")

    assert {^life, []} = Lifecycle.kill(life, :port_exited, "it hung")
    assert {%{state: :down, fault: error}, effects} = Lifecycle.force_close(life, 3, 0)
    assert [{:close, ^session}, {:reap, _guard}, {:report, {:exited, report}} | _] = effects

    assert %Error{reason: :bad_reply, message: "the port program (os pid 7) was killed: it lied"} =
             error

    assert %{lost: 3, error: ^error, os_pid: 7} = report
  end

  test "a program that has ended is not reaped: its process id may be another's" do
    assert {_life, [{:release, _guard} | _]} = Lifecycle.exited(up(0), 9, 0, 0)
    assert {_life, [{:reap, _guard} | _]} = Lifecycle.closed(up(0), :epipe, 0, 0)
  end

  test "that it does not start is in the log once, until it has started" do
    life = %Lifecycle{max_reply_bytes: 1_000, start_timeout: 5_000}
    {life, [{:report, {:exited, first}} | _]} = Lifecycle.started(life, {:busy, "no memory"}, 0)
    {life, [{:report, {:exited, second}} | _]} = Lifecycle.started(life, {:busy, "no memory"}, 0)
    {_life, [_, {:report, {:exited, third}} | _]} = life |> up(0) |> Lifecycle.exited(1, 0, 0)
    assert {first.log?, second.log?, third.log?} == {true, false, true}
  end

  test "a program that floods with events is killed" do
    map = %{os_pid: 1, made: 0}

    flood = fn now, life, count ->
      Enum.reduce(1..count, life, fn _n, life ->
        elem(Lifecycle.event(life, :worker_start, map, now), 0)
      end)
    end

    life = flood.(0, up(0), 10_000)
    assert %{state: :up} = flood.(@second, life, 10_000)
    assert {%{state: :dying}, [{:kill, _} | _]} = Lifecycle.event(life, :worker_start, map, 0)
  end
end
