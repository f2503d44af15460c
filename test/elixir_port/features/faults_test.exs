defmodule Thumbnailer.Features.FaultsTest do
  # What a caller is told of each end that a worker can have, by the program with fault points (test/faults).
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  @moduletag :faulty

  defp make(on, fault, opts \\ []),
    do: Thumbnailer.make({:bytes, "fault:" <> fault}, 50, [on: on] ++ opts)

  defp start(name, opts \\ []),
    do: start_instance(name, [executable: faulty(), workers: 1] ++ opts)

  for {fault, reason, details} <- [
        {"segv", :crashed, %{signal: :segv}},
        {"abort", :crashed, %{signal: :abrt}},
        {"stack", :crashed, %{signal: :segv}},
        {"exit", :crashed, %{exit_status: 3}},
        {"complain", :crashed, %{signal: :abrt, stderr: "the last words\n"}},
        {"spin", :timeout, %{}},
        {"sleep", :timeout, %{}},
        {"stop", :timeout, %{}},
        {"allocate", :out_of_memory, %{limit: 100_000_000}},
        {"fork", :sandbox_violation, %{system_call: "clone"}},
        {"hang_up", :crashed, %{signal: :kill}},
        {"nonsense", :crashed, %{}}
      ] do
    test "a worker that commits #{fault} ends as #{inspect(reason)}, and the next one serves", %{
      test: name
    } do
      on = start(name, max_memory: 100_000_000)
      os_pid = os_pid(on)
      # What ends by its deadline has a short one; what takes a while to end has a long one.
      timeout = if unquote(reason) == :timeout, do: 300, else: 20_000

      assert {:error, %Error{reason: unquote(reason), details: details}} =
               make(on, unquote(fault), timeout: timeout)

      assert details == unquote(Macro.escape(details))
      assert {:ok, %Thumbnail{}} = Thumbnailer.make(sample("photo.jpg"), 50, on: on)
      assert os_pid(on) == os_pid
    end
  end

  test "what crashed a worker is not sent again, whatever :retries says", %{test: name} do
    on = start(name, retries: 5)
    assert {:error, %Error{reason: :crashed}} = make(on, "segv", retries: 5)
    assert {:ok, %{program: %{crashed: 1, failed: 1}, restarts: 0}} = Thumbnailer.stats(on)
  end

  test "an image that killed two workers is refused, and kills no third", %{test: name} do
    on = start(name, retries: 5)
    for _ <- 1..2, do: assert({:error, %Error{reason: :crashed}} = make(on, "segv"))
    assert {:error, %Error{reason: :poison}} = make(on, "segv")
    assert {:ok, %{program: %{crashed: 2}}} = Thumbnailer.stats(on)
  end

  test "a file that is being written when the worker dies is as it was, or not there", %{
    test: name
  } do
    on = start(name)
    folder = folder()
    source = {:bytes, "fault:segv@write\n" <> File.read!(sample("photo.jpg"))}
    new = Path.join(folder, "new.png")
    old = Path.join(folder, "old.png")
    File.write!(old, "as it was")

    for to <- [new, old],
        do:
          assert(
            {:error, %Error{reason: :crashed}} = Thumbnailer.make(source, 50, on: on, to: to)
          )

    assert File.ls!(folder) == ["old.png"]
    assert File.read!(old) == "as it was"
  end
end
